// The two registries of a transfer, and how it is made sure that they are the right two.
import { Readable } from 'node:stream';
import type { AuditLog } from '../audit/index.ts';
import type { Clock, Randomness } from '../clock.ts';
import type { ContentStore } from '../content/index.ts';
import { RegistryError } from '../errors.ts';
import type { SecretBox } from '../events/index.ts';
import type { SecretStore } from '../secrets.ts';
import type { UploadStore } from '../uploads/index.ts';
import { recordKinds } from './kinds.ts';
import type { RecordTransfer, RegistryMark, RegistryMarks, TransferJournal } from './ports.ts';
import { isStanding } from './read-only.ts';

/** One set of engines. */
export interface TransferSide {
  readonly transfer: RecordTransfer;
  readonly marks: RegistryMarks;
  readonly uploads: Pick<UploadStore, 'find'>;
  readonly audit: Pick<AuditLog, 'countByDay'>;
  readonly content: ContentStore;
  readonly secrets: SecretStore;
  readonly secretBox: SecretBox;
}

export interface TransferPorts {
  readonly clock: Clock;
  readonly randomness: Randomness;
  readonly source: TransferSide;
  readonly target: TransferSide;
  readonly journal: TransferJournal;
  /** Objects that are carried at the same time. */
  readonly parallel: number;
  readonly pause: (ms: number) => Promise<void>;
  /** Is told what happens, a line for people each time. */
  readonly tell: (line: string) => void;
}

/** What a transfer has to carry: both sides may share their records or their content. */
export interface Transfer {
  readonly source: RegistryMark;
  readonly movesRecords: boolean;
  readonly movesContent: boolean;
}

/**
 * Marks both sides as belonging to this transfer, or finds that they do. Throws `state-conflict`, with nothing
 * changed at the target, when it holds anything that this transfer has not brought.
 */
export async function beginTransfer(ports: TransferPorts): Promise<Transfer> {
  const { source, target } = ports;
  const standing = await source.marks.read();
  const from = isStanding(standing, ports.clock.now()) ? standing : await markSource(ports);
  if (from.state === 'paused')
    throw refused('A backup of the source is being taken. Try again when it has ended.');
  if (from.state === 'being-filled') throw refused('The source is itself being filled by a transfer.');
  const at = await target.marks.read();
  const sharesRecords = at !== null && at.transferId === from.transferId && at.state === from.state;
  const movesContent = !(await sharesContent(ports));
  if (sharesRecords) {
    if (!movesContent) throw refused('Both configurations name the same records and the same content.');
    return { source: from, movesRecords: false, movesContent };
  }
  if (from.state === 'moved' && at === null) {
    throw refused('The source has moved already. To use it again: --abandon.');
  }
  if (at === null) await markTarget(ports, from);
  else if (at.state !== 'being-filled' || at.transferId !== from.transferId) {
    throw refused('The target belongs to another transfer. Use empty engines.');
  }
  return { source: from, movesRecords: true, movesContent };
}

async function markSource({ clock, randomness, source }: TransferPorts): Promise<RegistryMark> {
  const mark = { state: 'being-copied', transferId: randomness.id(), since: clock.now() } as const;
  await source.marks.write(mark);
  return mark;
}

async function markTarget({ clock, target }: TransferPorts, { transferId }: RegistryMark): Promise<void> {
  for (const kind of recordKinds) {
    const { records } = await target.transfer[kind].read(null, 1);
    if (records.length > 0) throw refused(`The target is not empty: it has a record of the kind ${kind}.`);
  }
  await target.marks.write({ state: 'being-filled', transferId, since: clock.now() });
}

/** Two configurations may name one store in many ways; what is put into one and seen in the other tells. */
async function sharesContent({ randomness, source, target }: TransferPorts): Promise<boolean> {
  const key = { area: 'backups', path: `same-store-${randomness.id()}` } as const;
  await target.content.write(key, Readable.from([Buffer.from('assay')], { objectMode: false }));
  try {
    return (await source.content.stat(key)) !== null;
  } finally {
    await target.content.remove(key);
  }
}

export function refused(why: string): RegistryError {
  return new RegistryError('state-conflict', why);
}
