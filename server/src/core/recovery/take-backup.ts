// Taking a backup of a registry that goes on serving:
//
//   content, all of it ──► records, as of one moment ──► content, what is new ──► whatever is still missing? again
//                                                                              └► manifest, which makes it a backup
//
// What records refer to is copied before or after them, never only once: before, for what is removed or moved while the
// rest goes on; after, for what came with the records. Killed at any point, it leaves backups as they were; what it has
// copied need not be copied again.
import type { AuditLog } from '../audit/index.ts';
import type { Clock, Randomness } from '../clock.ts';
import { type ContentStore, packageKey } from '../content/index.ts';
import type { VersionStore } from '../packages/index.ts';
import type { RecordKind } from '../transfer/index.ts';
import type { UploadStore } from '../uploads/index.ts';
import { type Copied, copyContent } from './copy-content.ts';
import { digestRecords } from './digest-records.ts';
import type { BackupManifest } from './manifest.ts';
import { completeList } from './needed-content.ts';
import type { BackupFiles, BackupPlace, BackupRecords, ContentList } from './ports.ts';
import { type Secrets, sealSecrets } from './sealed-secrets.ts';

export interface BackupPorts {
  readonly clock: Clock;
  readonly randomness: Randomness;
  readonly place: BackupPlace;
  readonly source: {
    readonly content: ContentStore;
    readonly uploads: Pick<UploadStore, 'find'>;
    readonly versions: Pick<VersionStore, 'find'>;
  };
  /** Writes the records into the file, as of one moment, which is not before `takeRecords` was called. */
  readonly takeRecords: (
    file: string,
  ) => Promise<{ readonly sealedBy: 'key' | 'kms'; readonly secrets: Secrets }>;
  readonly openRecords: (file: string) => Promise<BackupRecords & { readonly audit: Pick<AuditLog, 'list'> }>;
  readonly release: string;
  /** Objects that are copied at the same time. */
  readonly parallel: number;
  readonly tell: (line: string) => void;
}

/** What changes faster than it is copied is not had by trying more often. */
const attempts = 3;

/** Resolves with the backup, whole and durable. `keep`: older backups beyond so many go; null: all stay. */
export async function takeBackup(
  ports: BackupPorts,
  given: { readonly passphrase: string | null; readonly keep: number | null },
): Promise<BackupManifest> {
  const { place, clock, tell } = ports;
  await using _lock = await place.lock();
  const earlier = (await place.list(ignoreDamaged)).at(-1);
  const stamp = clock.now().toISOString().replaceAll(/[-:.]/g, '').toLowerCase();
  const files = await place.begin(`${stamp}-${ports.randomness.bytes(3).toString('hex')}`);
  using list = files.openList();
  using before = earlier === undefined ? null : place.open(earlier.id).openList();
  const copy = () =>
    copyContent({
      ...ports.source,
      source: ports.source.content,
      objects: place.objects,
      list,
      before,
      parallel: ports.parallel,
    });
  tellCopied(tell, await copy());
  for (let attempt = 1; ; attempt++) {
    const takenAt = clock.now();
    const { secrets, sealedBy } = await ports.takeRecords(files.recordsFile);
    tellCopied(tell, await copy());
    const found = await lookInto(ports, files, list, attempt === attempts);
    if (found === null) continue;
    const { missing, ...about } = found;
    if (given.passphrase !== null) {
      await files.writeSecrets(sealSecrets(secrets, given.passphrase, ports.randomness));
    }
    const totals = list.totals();
    list.close();
    const manifest: BackupManifest = {
      format: 1,
      id: files.id,
      release: ports.release,
      takenAt,
      finishedAt: clock.now(),
      newestEntryAt: about.newestEntryAt,
      records: { ...(await files.digestOf('records')), counts: about.counts },
      content: { ...(await files.digestOf('content')), ...totals },
      sealedBy,
      secrets: given.passphrase === null ? 'left-out' : 'sealed',
      missing,
    };
    await place.finish(manifest);
    if (given.keep !== null && missing.length === 0) await prune(ports, given.keep);
    return manifest;
  }
}

const ignoreDamaged = () => {};

function tellCopied(tell: BackupPorts['tell'], { copied, copiedBytes, damaged }: Copied): void {
  tell(`content: ${copied} objects copied, ${copiedBytes} bytes`);
  for (const key of damaged)
    tell(`content: ${key} does not have the digest it is named by, and is not copied`);
}

/** Null: content is missing, and it is not the last attempt. */
async function lookInto(
  ports: BackupPorts,
  { recordsFile }: BackupFiles,
  list: ContentList,
  isLast: boolean,
) {
  const records = await ports.openRecords(recordsFile);
  try {
    const missing = await completeList(records.transfer, list, ports.source.versions);
    if (missing.length > 0 && !isLast) return null;
    const digests = await digestRecords(records.transfer, ports.clock.now());
    const counts = Object.fromEntries(Object.entries(digests).map(([kind, { count }]) => [kind, count]));
    const newest = await records.audit.list({}, { limit: 1 });
    return {
      missing,
      counts: counts as Record<RecordKind, number>,
      newestEntryAt: newest.items[0]?.at ?? null,
    };
  } finally {
    await records.close();
  }
}

/** Backups go first, then the objects that no backup names any more. */
async function prune({ place, tell }: BackupPorts, keep: number): Promise<void> {
  const all = await place.list((id, why) => tell(`backup ${id} is damaged, and stays: ${why}`));
  const old = all.slice(0, Math.max(0, all.length - keep));
  if (old.length === 0) return;
  for (const { id } of old) {
    await place.remove(id);
    tell(`backup ${id} is removed`);
  }
  const lists = all.slice(old.length).map(({ id }) => place.open(id).openList());
  try {
    for await (const { path } of place.objects.list('packages')) {
      const digest = path.split('/').at(-1) ?? '';
      if (lists.some((list) => list.sizeOf(digest) !== null)) continue;
      await place.objects.remove(packageKey(digest));
    }
  } finally {
    for (const list of lists) list.close();
  }
}
