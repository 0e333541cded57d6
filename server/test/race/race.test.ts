// Two processes race for the same things, on every engine that they can share. RACE_ROUNDS makes the race longer.
import assert from 'node:assert/strict';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { describe, test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { EventStore, RegistryEvent } from '../../src/core/events/index.ts';
import { beginContests, contests } from './contests.ts';
import { type RacingEngine, racingEngines } from './racing-engines.ts';

const rounds = Number(process.env.RACE_ROUNDS ?? 15);
const program = fileURLToPath(new URL('./racing-process.ts', import.meta.url));

describe(`Two processes that race ${rounds} times`, () => {
  for (const [name, engine] of Object.entries(racingEngines)) {
    test(`break no rule on ${name}`, (t) => race(name, engine, (reason) => t.skip(reason)));
  }
});

async function race(name: string, racing: RacingEngine, skip: (reason: string) => void): Promise<void> {
  const created = await racing.create();
  if (typeof created === 'string') return skip(created);
  const { engine, close } = await racing.open(created.place);
  const sides = [0, 1].map((side) => startSide(name, created.place, side));
  const following = follow(engine.events);
  try {
    await beginContests(engine);
    await Promise.all(sides.map((side) => side.told()));
    for (let round = 0; round < rounds; round++) {
      for (const contest of contests) await contest.prepare?.(engine, round);
      const [first = [], second = []] = await Promise.all(sides.map((side) => side.race(round)));
      for (const [nth, contest] of contests.entries()) {
        const outcomes = [first[nth] ?? [], second[nth] ?? []];
        await contest.judge(engine, round, outcomes).catch((error) => {
          throw new Error(`${contest.rule}: broken in round ${round}: ${outcomes.join(' | ')}`, {
            cause: error,
          });
        });
      }
    }
    const seen = await following.end();
    assert.equal(seen.length, rounds * 4);
    assert.deepEqual(
      seen,
      await all(engine.events),
      'a follower sees every event once, in the order of the commits',
    );
  } finally {
    await following.end();
    await Promise.all(sides.map((side) => side.end()));
    await close();
    await created.remove();
  }
}

function startSide(name: string, place: unknown, side: number) {
  const child = fork(program, [name, JSON.stringify(place), String(side)], {
    execArgv: ['--disable-warning=ExperimentalWarning'],
  });
  const closed = once(child, 'close');
  const died = closed.then(() => {
    throw new Error('a racing process has ended');
  });
  died.catch(() => {});
  const told = async () => (await Promise.race([once(child, 'message'), died]))[0];
  return {
    told,
    async race(round: number): Promise<string[][]> {
      const outcomes = told();
      child.send(round);
      return outcomes;
    },
    async end(): Promise<void> {
      if (child.connected) child.send('end');
      await closed;
    },
  };
}

/** Goes on after the last event that it saw, all the time. */
function follow(events: EventStore): { end(): Promise<RegistryEvent[]> } {
  const seen: RegistryEvent[] = [];
  let isOver = false;
  const more = async () => {
    const next = await events.listAfter(null, seen.at(-1)?.id ?? null, 3);
    seen.push(...next);
    return next.length > 0;
  };
  const running = (async () => {
    while (!isOver) if (!(await more())) await wait(1);
    while (await more());
  })();
  return {
    async end() {
      isOver = true;
      await running;
      return seen;
    },
  };
}

function all(events: EventStore): Promise<readonly RegistryEvent[]> {
  return events.listAfter(null, null, 1_000_000);
}
