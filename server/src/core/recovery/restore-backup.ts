// Restoring a backup into empty engines, whatever they are:
//
//   target   (none) ── begin ──► being-filled ── records and content are there, and compared ──► (none)
//
// Nothing starts on engines that are being filled. Killed at any point and begun again with the same backup, it goes on.
import type { Clock } from '../clock.ts';
import type { ContentStore } from '../content/index.ts';
import { RegistryError } from '../errors.ts';
import type { SecretBox } from '../events/index.ts';
import {
  type ContentOutcome,
  carryContent,
  carryRecords,
  type RecordKind,
  type RecordTransfer,
  type RegistryMarks,
  recordKinds,
  withOpenSecrets,
} from '../transfer/index.ts';
import { backupContent } from './backup-content.ts';
import { digestRecords } from './digest-records.ts';
import { versionsWithout } from './needed-content.ts';
import type { OpenedBackup } from './ports.ts';

export interface RestoreTarget {
  readonly transfer: RecordTransfer;
  readonly marks: RegistryMarks;
  readonly content: ContentStore;
  readonly secretBox: SecretBox;
}

export interface RestorePorts {
  readonly clock: Clock;
  readonly backup: OpenedBackup;
  readonly target: RestoreTarget;
  readonly parallel: number;
  readonly tell: (line: string) => void;
}

export interface Restored {
  readonly records: number;
  readonly objects: number;
  readonly objectBytes: number;
  /** What is not as it was, in words; empty: everything is there. */
  readonly problems: readonly string[];
}

/** Throws `state-conflict`, with nothing changed, where anything lies that this backup has not brought. */
export async function requireEmpty(
  target: Pick<RestoreTarget, 'transfer' | 'marks'>,
  backupId: string,
): Promise<void> {
  const mark = await target.marks.read();
  if (mark?.state === 'being-filled' && mark.transferId === backupId) return;
  if (mark !== null)
    throw refused('The target belongs to a transfer, or to another backup. Use empty engines.');
  for (const kind of recordKinds) {
    const { records } = await target.transfer[kind].read(null, 1);
    if (records.length > 0) throw refused(`The target is not empty: it has a record of the kind ${kind}.`);
  }
}

/**
 * Restores everything, and compares it with what the backup says of itself. With problems, the target stays closed
 * unless `despiteProblems`. `isWanted`: objects that are not are left out, for trying a large backup.
 */
export async function restoreBackup(
  ports: RestorePorts,
  given: { readonly despiteProblems: boolean; readonly isWanted?: (digest: string) => boolean },
): Promise<Restored> {
  const { clock, backup, target, tell } = ports;
  await requireEmpty(target, backup.manifest.id);
  if ((await target.marks.read()) === null) await requireNoContent(target.content);
  await target.marks.write({ state: 'being-filled', transferId: backup.manifest.id, since: clock.now() });
  const problems: string[] = [];
  const records = await restoreRecords(ports, problems);
  const content = await restoreContent(ports, given.isWanted);
  for (const key of content.damaged) problems.push(`${key} is damaged in the backup`);
  for await (const { id, label } of versionsWithout(backup.records.transfer, backup.list)) {
    problems.push(`the content of version ${label} (${id}) is not in the backup`);
  }
  for (const problem of problems) tell(problem);
  if (problems.length === 0 || given.despiteProblems) await target.marks.write(null);
  return { records, objects: content.count, objectBytes: content.sizeBytes, problems };
}

async function requireNoContent(content: ContentStore): Promise<void> {
  for (const area of ['packages', 'quarantine', 'incoming'] as const) {
    for await (const { path } of content.list(area)) {
      throw refused(`The target is not empty: it has ${area}/${path}.`);
    }
  }
}

/** Kinds that nobody can use without what opens their secrets. */
const sealedKinds: ReadonlySet<RecordKind> = new Set(['webhook', 'delivery']);

async function restoreRecords(
  { clock, backup, target, tell }: RestorePorts,
  problems: string[],
): Promise<number> {
  const { manifest, records, secretBox } = backup;
  const from = secretBox === null ? records.transfer : withOpenSecrets(records.transfer, secretBox);
  const to = secretBox === null ? target.transfer : withOpenSecrets(target.transfer, target.secretBox);
  const isLeftOut = (kind: RecordKind) => secretBox === null && sealedKinds.has(kind);
  const kinds = recordKinds.filter((kind) => !isLeftOut(kind));
  for (const kind of kinds) {
    const { count } = await carryRecords(kind, from, to, null);
    if (count > 0) tell(`${kind}: ${count}`);
  }
  const { webhook } = manifest.records.counts;
  if (secretBox === null && webhook > 0) {
    tell(`webhook: ${webhook} left out, whose secrets nothing opens`);
  }
  const now = clock.now();
  const [wanted, there] = [
    await digestRecords(records.transfer, now),
    await digestRecords(target.transfer, now),
  ];
  for (const kind of kinds) {
    if (wanted[kind].digest === there[kind].digest) continue;
    problems.push(
      `records of the kind ${kind} are not those of the backup: ${there[kind].count} instead of ${wanted[kind].count}`,
    );
  }
  return kinds.reduce((sum, kind) => sum + there[kind].count, 0);
}

/** Every object is hashed as it is read, and again as it lies at the target. */
function restoreContent(
  { backup: { list, objects, records }, target, parallel }: RestorePorts,
  isWanted?: (digest: string) => boolean,
): Promise<ContentOutcome> {
  return carryContent({
    source: backupContent(list, objects, isWanted),
    target: target.content,
    uploads: records.uploads,
    // What was restored by a try before is hashed again on both sides.
    journal: { find: () => null, remember: () => {} },
    parallel,
    knownDigest: (key) => list.find(key)?.digest ?? null,
  });
}

function refused(why: string): RegistryError {
  return new RegistryError('state-conflict', why);
}
