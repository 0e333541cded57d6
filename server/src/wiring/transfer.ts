// Both sides of a transfer of the registry to other engines, each opened from a configuration of its own.
import { setTimeout as pause } from 'node:timers/promises';
import { openTransferJournal } from '../adapters/filesystem/transfer-journal.ts';
import { SystemClock } from '../adapters/system/clock.ts';
import { SystemRandomness } from '../adapters/system/randomness.ts';
import type { Config } from '../config/index.ts';
import type { TransferPorts, TransferSide } from '../core/transfer/index.ts';
import { awsOf } from './aws.ts';
import { openContent } from './content.ts';
import { Guards } from './guards.ts';
import { openRecords } from './records.ts';
import { openSecrets } from './secrets.ts';

interface Opened<T> {
  readonly opened: T;
  close(): Promise<void>;
}

const [clock, randomness] = [new SystemClock(), new SystemRandomness()];

/** With keys of its own where there are none. `open`: how its records are made ready. */
export async function openSide(
  config: Config,
  open: 'prepare' | 'migrate' = 'prepare',
): Promise<Opened<TransferSide>> {
  await using opening = new AsyncDisposableStack();
  const records = await openRecords(config);
  opening.defer(() => records.close());
  await records[open]();
  const { engine } = records;
  const guards = new Guards(config);
  const aws = awsOf(config);
  const keys = await openSecrets(config, { clock, randomness, aws, guards });
  const { addressKeys, secrets, secretBox } = keys;
  const given = { engine, clock, randomness, addressKeys, publicUrl: () => config.server.publicUrl, aws };
  const { content, close } = await openContent(config, given);
  opening.defer(() => close?.());
  return asOpened({ ...engine, content, secrets, secretBox }, opening);
}

export async function openTransfer(
  from: Config,
  to: Config,
  given: { readonly journalPath: string; readonly parallel: number; readonly tell: (line: string) => void },
): Promise<Opened<TransferPorts>> {
  await using opening = new AsyncDisposableStack();
  const source = await openSide(from);
  opening.defer(source.close);
  const target = await openSide(to, 'migrate');
  opening.defer(target.close);
  const journal = openTransferJournal(given.journalPath);
  opening.defer(() => journal.close());
  const { parallel, tell } = given;
  const sides = { source: source.opened, target: target.opened, journal };
  return asOpened({ clock, randomness, ...sides, parallel, tell, pause }, opening);
}

/** Everything is open: from now on it is closed by whoever has it. */
function asOpened<T>(opened: T, opening: AsyncDisposableStack): Opened<T> {
  const all = opening.move();
  return { opened, close: () => all.disposeAsync() };
}
