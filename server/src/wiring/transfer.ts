// Both sides of a transfer of the registry to other engines, each opened from a configuration of its own.
import { setTimeout as pause } from 'node:timers/promises';
import { openTransferJournal } from '../adapters/filesystem/transfer-journal.ts';
import { SystemClock } from '../adapters/system/clock.ts';
import { SystemRandomness } from '../adapters/system/randomness.ts';
import type { Config } from '../config/index.ts';
import type { TransferPorts, TransferSide } from '../core/transfer/index.ts';
import { asOpened, type Opened, openEngines } from './open-engines.ts';

const [clock, randomness] = [new SystemClock(), new SystemRandomness()];

/** With keys of its own where there are none. `open`: how its records are made ready. */
export async function openSide(
  config: Config,
  open: 'prepare' | 'migrate' = 'prepare',
): Promise<Opened<TransferSide>> {
  await using opening = new AsyncDisposableStack();
  const { records, ...others } = await openEngines(config, opening, open);
  return asOpened({ ...records.engine, ...others }, opening);
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
