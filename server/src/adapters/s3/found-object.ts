import type { ContentStat } from '../../core/content/index.ts';
import type { Place } from './places.ts';

/** One object as it was found: these bytes and no others. */
export interface FoundObject extends Place {
  readonly sizeBytes: number;
  /** Without quotes. */
  readonly etag: string;
  /** Null where the bucket keeps no versions. */
  readonly versionId: string | null;
  readonly modifiedAt: Date;
  /** SHA-256 in hex of the whole, where the server has computed it itself. */
  readonly sha256: string | null;
}

/**
 * A version never changes. Without versions, what was written later differs by its ETag or by its time: an ETag alone
 * is often an MD5, which two different contents can be made to share.
 */
export function revisionOf({ versionId, etag, modifiedAt }: Omit<FoundObject, 'sizeBytes'>): string {
  return versionId === null ? `e:${etag}@${modifiedAt.getTime()}` : `v:${versionId}`;
}

export function statOf(found: FoundObject): ContentStat {
  return { sizeBytes: found.sizeBytes, revision: revisionOf(found) };
}

/** `null` is what a bucket without versions calls the one that it has. */
export function keptVersion(versionId: string | undefined): string | null {
  return versionId === undefined || versionId === '' || versionId === 'null' ? null : versionId;
}

export function withoutQuotes(etag: string | undefined): string {
  return (etag ?? '').replaceAll('"', '');
}
