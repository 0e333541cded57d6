// One side of a race: told the number of a round it makes the attempts of all contests at once, and tells what came of
// each. Beside that it commits events, for those who follow them.
//
//   fork('racing-process.ts', [engine, JSON of the place, side])
import type { RecordsEngine } from '../../src/core/engine.ts';
import { someEvent } from '../support/samples.ts';
import { attemptsOfASide, type Contest, contests } from './contests.ts';
import { racingEngines } from './racing-engines.ts';

const [, , name = '', place = '', given = ''] = process.argv;
const side = given === '0' ? 0 : 1;
const { engine, close } = await open();

async function open(): Promise<{ engine: RecordsEngine; close(): Promise<void> }> {
  const racing = racingEngines[name];
  if (racing === undefined) throw new Error(`There is no engine ${name}.`);
  return racing.open(JSON.parse(place));
}

process.on('message', async (round: number | 'end') => {
  if (round === 'end') {
    await close();
    process.disconnect?.();
    return;
  }
  const [outcomes] = await Promise.all([
    Promise.all(contests.map((contest, nth) => attempts(contest, `${nth}-${round}`, round))),
    appendEvents(),
  ]);
  process.send?.(outcomes);
});
process.send?.('ready');

function attempts(contest: Contest, of: string, round: number): Promise<string[]> {
  const ids = Array.from({ length: attemptsOfASide }, (_, nth) => `${of}-${side}-${nth}`);
  return Promise.all(
    ids.map((id) =>
      contest.attempt(engine, round, { side, id }).catch((error) => `failed: ${error}, ${error.cause}`),
    ),
  );
}

async function appendEvents(): Promise<void> {
  await Promise.all(
    [someEvent(), someEvent()].map((event) => engine.commit([{ change: 'event.append', event }])),
  );
}
