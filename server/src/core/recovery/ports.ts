import type { ContentKey, ContentStore } from '../content/index.ts';
import type { SecretBox } from '../events/index.ts';
import type { RecordTransfer } from '../transfer/index.ts';
import type { UploadStore } from '../uploads/index.ts';
import type { BackupManifest, FileDigest } from './manifest.ts';

/** An object as it lay at the source when it was copied. */
export interface BackedUpObject extends ContentKey {
  readonly digest: string;
  readonly sizeBytes: number;
  /** Of the source; null where the bytes were found under another key. */
  readonly revision: string | null;
}

/** Which objects a backup consists of. Their bytes lie once per digest for all backups of a place. */
export interface ContentList extends Disposable {
  find(key: ContentKey): BackedUpObject | null;
  /** The size of the object with this digest; null when none is listed. */
  sizeOf(digest: string): number | null;
  /** In the place of one with the same key. */
  put(object: BackedUpObject): void;
  /** Ascending by path. */
  inArea(area: ContentKey['area']): Iterable<BackedUpObject>;
  totals(): { readonly objects: number; readonly objectBytes: number };
  /** Closing twice is closing. */
  close(): void;
}

/** One backup: its own files. What others use of it, besides, are the objects. */
export interface BackupFiles {
  readonly id: string;
  /** Where the records lie: what `takeRecords` fills and `openRecords` opens. */
  readonly recordsFile: string;
  openList(): ContentList;
  digestOf(file: 'records' | 'content'): Promise<FileDigest>;
  writeSecrets(sealed: string): Promise<void>;
  /** Null: there are none. */
  readSecrets(): Promise<string | null>;
}

/** A place that keeps backups. One process at a time writes there. */
export interface BackupPlace {
  /** All objects, under the keys of published content whatever they were. */
  readonly objects: ContentStore;
  /** Rejects when another process is at it. Ends with the process at the latest. */
  lock(): Promise<AsyncDisposable>;
  /** The whole ones, oldest first. One whose manifest cannot be believed is told with why, and is not among them. */
  list(tellDamaged: (id: string, why: string) => void): Promise<readonly BackupManifest[]>;
  /** A new one, which is not there for `list` before it is finished; those that were never finished go. */
  begin(id: string): Promise<BackupFiles>;
  finish(manifest: BackupManifest): Promise<void>;
  open(id: string): BackupFiles;
  remove(id: string): Promise<void>;
}

/** The records of a backup, open. */
export interface BackupRecords {
  readonly transfer: RecordTransfer;
  readonly uploads: Pick<UploadStore, 'find'>;
  close(): Promise<void>;
}

/** A backup with everything in it open. */
export interface OpenedBackup {
  readonly manifest: BackupManifest;
  readonly records: BackupRecords;
  readonly list: ContentList;
  readonly objects: ContentStore;
  /** Opens what is sealed in the records; null when the secrets are not at hand, so that nothing does. */
  readonly secretBox: SecretBox | null;
}
