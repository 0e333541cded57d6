// What a backup says of itself, in a file that is written when all else is there.
import { createHash } from 'node:crypto';
import { canonicalText, type RecordKind } from '../transfer/index.ts';

export interface BackupManifest {
  readonly format: 1;
  /** Begins with the time, so that ids are in the order of their backups. */
  readonly id: string;
  /** The release that took it. */
  readonly release: string;
  /** Everything that was committed by then is in it. */
  readonly takenAt: Date;
  readonly finishedAt: Date;
  /** The last entry of the audit in it; null: there is none. */
  readonly newestEntryAt: Date | null;
  /** The file of records: its bytes, and how many of each kind are in it. */
  readonly records: FileDigest & { readonly counts: Readonly<Record<RecordKind, number>> };
  /** The list of content, and what is on it. */
  readonly content: FileDigest & { readonly objects: number; readonly objectBytes: number };
  /** What opens the secrets inside of records: one of the secrets of the backup, or a key of AWS KMS. */
  readonly sealedBy: 'key' | 'kms';
  readonly secrets: 'left-out' | 'sealed';
  /** Content that records need and that was not to be had, by key. */
  readonly missing: readonly string[];
}

export interface FileDigest {
  readonly digest: string;
  readonly sizeBytes: number;
}

/** As text, with a digest over all of it. */
export function printManifest(manifest: BackupManifest): string {
  return `${JSON.stringify({ ...manifest, digest: digestOver(manifest) }, null, 2)}\n`;
}

/** Throws, with what is wrong, where the text is not one that `printManifest` has made. */
export function readManifest(text: string): BackupManifest {
  const { digest, ...given } = JSON.parse(text) as BackupManifest & { readonly digest: unknown };
  if (given.format !== 1) throw new Error(`its format ${JSON.stringify(given.format)} is not known`);
  const manifest = {
    ...given,
    takenAt: new Date(given.takenAt),
    finishedAt: new Date(given.finishedAt),
    newestEntryAt: given.newestEntryAt && new Date(given.newestEntryAt),
  };
  if (digest !== digestOver(manifest)) throw new Error('it was changed since it was written');
  return manifest;
}

function digestOver(manifest: BackupManifest): string {
  return createHash('sha256').update(canonicalText(manifest)).digest('hex');
}
