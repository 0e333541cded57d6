// The records of an engine that shows no moment as a whole, brought into a file while the registry serves.
import { RegistryError } from '../errors.ts';
import { carryRecords, type RecordTransfer, recordKinds, type Settled } from '../transfer/index.ts';
import { type PausePorts, pausingWriting } from './pause-writing.ts';

export interface SettledPorts extends PausePorts {
  readonly from: RecordTransfer;
  readonly to: RecordTransfer;
  readonly tell: (line: string) => void;
}

const passesBefore = 2;
const passesInPause = 5;

/**
 * Most of it is carried while it is written. Then it is paused for what has changed since, until a pass finds every
 * record as it was carried before: with nothing that changed during that pass, all of it is of one moment.
 */
export async function carrySettled(
  ports: SettledPorts,
  limits: { readonly settleMs: number; readonly limitMs: number },
): Promise<void> {
  for (let pass = 0; pass < passesBefore; pass++) await carryAll(ports, null);
  const begunMs = ports.clock.now().getTime();
  await pausingWriting(ports, limits, async () => {
    const since = ports.clock.now();
    for (let pass = 0; pass < passesInPause; pass++) {
      if (await carryAll(ports, { since, now: ports.clock.now() })) return;
    }
    throw new RegistryError(
      'unavailable',
      'Jobs went on changing the records. Try again when fewer are running.',
    );
  });
  const seconds = Math.round((ports.clock.now().getTime() - begunMs) / 1000);
  ports.tell(`the registry was read-only for ${seconds} s`);
}

/** True when nothing had to be done. */
export async function carryAll(
  { from, to }: Pick<SettledPorts, 'from' | 'to'>,
  settled: Settled | null,
): Promise<boolean> {
  let same = true;
  for (const kind of recordKinds) same = (await carryRecords(kind, from, to, settled)).same && same;
  return same;
}
