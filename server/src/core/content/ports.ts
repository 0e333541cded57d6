import type { Readable } from 'node:stream';
import type { ContentKey } from './storage-layout.ts';

/** Half-open: from `start` up to, not including, `end`, in bytes. */
export interface ByteRange {
  readonly start: number;
  readonly end: number;
}

export interface ContentStat {
  readonly sizeBytes: number;
  /** Changes whenever the bytes may have changed; a reader that saw another one saw other bytes. */
  readonly revision: string;
}

/**
 * Bytes by key. Every method throws a `StorageError`: `missing` only when the store has said that the object is
 * not there, `transient` when it cannot tell. When a writing promise resolves, a power cut loses nothing of it.
 * An object is either wholly there or not at all, to every reader.
 */
export interface ContentStore {
  /** Null when it is not there. */
  stat(key: ContentKey): Promise<ContentStat | null>;

  /** Streams the bytes, or those of `range`; destroying the stream ends the reading. Missing: rejects. */
  read(key: ContentKey, range?: ByteRange): Promise<Readable>;

  /**
   * Where a worker thread or another process finds the bytes: plain data that survives `postMessage`, to be
   * opened by `openSource` of the adapter. Good for as long as the object stays.
   */
  locate(key: ContentKey): Promise<ContentLocation>;

  /** Writes the bytes of the stream under a key that may exist; an error of the stream leaves what was there. */
  write(key: ContentKey, bytes: Readable): Promise<ContentStat>;

  /**
   * Makes the bytes of `from` readable under `to` as well, without moving them through this process where the
   * engine can. When `to` exists with the same size it is left as it is: two promotions of one digest cannot
   * disturb each other.
   */
  copy(from: ContentKey, to: ContentKey): Promise<void>;

  /** Removes the object; one that is not there is removed already. */
  remove(key: ContentKey): Promise<void>;

  /** Keys of an area in ascending order of their paths, for clean-up and tests; not for requests. */
  list(area: ContentKey['area']): AsyncIterable<ContentKey & { readonly modifiedAt: Date }>;

  /** Resolves when the store can be written and read. */
  probe(): Promise<void>;
}

export type ContentLocation =
  | { readonly store: 'file'; readonly path: string; readonly sizeBytes: number }
  | { readonly store: 'memory'; readonly bytes: SharedArrayBuffer; readonly sizeBytes: number };

/** What a client may send to an address, signed with it. */
export interface ReceivingConditions {
  readonly minimumBytes: number;
  readonly maximumBytes: number;
  readonly contentType: string;
}

/** A presigned POST: a form whose fields come before the field `file`, as S3 wants it. */
export interface PostForm {
  readonly url: string;
  readonly fields: Readonly<Record<string, string>>;
  readonly expiresAt: Date;
}

export interface PartAddress {
  readonly partNumber: number;
  readonly url: string;
  readonly expiresAt: Date;
}

export interface ReceivedPart {
  readonly partNumber: number;
  readonly sizeBytes: number;
  /** Given back when the parts are joined. */
  readonly etag: string;
}

/**
 * Bytes that come straight from clients into `incoming/`. A session is begun per upload; its `handle` is opaque
 * (S3: the multipart upload id) and stored with the upload.
 */
export interface ReceivingStore {
  /** Prepares to receive parts. Beginning again for the same key gives a handle that works as well. */
  begin(key: ContentKey, sizeBytes: number, partSizeBytes: number): Promise<string>;

  /** An address for one POST of the whole object, refused once the object is there or the upload has ended. */
  addressForm(key: ContentKey, conditions: ReceivingConditions, expiresAt: Date): Promise<PostForm>;

  /**
   * An address for one PUT of part `partNumber` (from 1) with exactly `sizeBytes`. It is good for one success: a
   * part that has arrived is replaced only through a newer address.
   */
  addressPart(
    key: ContentKey,
    handle: string,
    part: { partNumber: number; sizeBytes: number; offset: number },
    expiresAt: Date,
  ): Promise<PartAddress>;

  /** In ascending order; a part is listed when all of its bytes are durable. */
  listParts(key: ContentKey, handle: string): Promise<readonly ReceivedPart[]>;

  /** Joins the parts into the object. Repeating it after a success changes nothing. */
  join(key: ContentKey, handle: string, parts: readonly ReceivedPart[]): Promise<ContentStat>;

  /** Forgets the session and all of its bytes, joined or not. Repeating it changes nothing. */
  abort(key: ContentKey, handle: string): Promise<void>;
}

/** Addresses that serve content without a token. */
export interface ServingStore {
  /**
   * A GET and HEAD address for the object, bound to it and to the version it is served as. `fileName` goes into
   * Content-Disposition. The address answers `Range`, `If-Range`, `HEAD` and an `ETag` that is the digest.
   */
  addressContent(
    key: ContentKey,
    served: { digest: string; fileName: string; contentType: string; versionId: string },
    expiresAt: Date,
  ): Promise<string>;
}
