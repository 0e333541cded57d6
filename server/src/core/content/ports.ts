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

export interface ListedContent extends ContentKey {
  /** When the object came to lie under this key. */
  readonly modifiedAt: Date;
}

/**
 * Bytes by key. What lies in `packages/` is read only if it is what was promoted there: a store that others may
 * write to finds out when it is not, and rejects (`permanent`). Every method throws a `StorageError`: `missing` only when the store has said that the object is
 * not there, `transient` when it cannot tell. When a writing promise resolves, a power cut loses nothing of it.
 * An object is either wholly there or not at all, to every reader. Undefined: a key whose path continues that of
 * another object (`a` and `a/b`).
 */
export interface ContentStore {
  /** Null when it is not there. */
  stat(key: ContentKey): Promise<ContentStat | null>;

  /** Streams the bytes, or those of `range`; destroying the stream ends the reading. Missing: rejects. */
  read(key: ContentKey, range?: ByteRange): Promise<Readable>;

  /** Holds the object open for reading at any place. Missing: rejects. */
  open(key: ContentKey): Promise<OpenContent>;

  /**
   * Where a worker thread or another process finds the bytes: plain data that survives `postMessage`, to be
   * opened by `openSource` of the adapter. Good for as long as the object stays; what is read through it are the
   * bytes of its `revision`, or nothing.
   */
  locate(key: ContentKey): Promise<ContentLocation>;

  /**
   * Writes the bytes of the stream under a key that may exist; an error of the stream rejects with that error
   * and leaves what was there. The stream is read to its end or to its error, and not destroyed.
   */
  write(key: ContentKey, bytes: Readable): Promise<ContentStat>;

  /**
   * Makes the bytes of `from` readable under `to` as well, without moving them through this process where the
   * engine can. When `to` exists with the same size it is left as it is: two promotions of one digest cannot
   * disturb each other. With `revision`, only the bytes that have it are copied: others that have come to lie
   * under `from` since reject (`transient`). What goes to `packages/` has the digest that its key says; a store
   * that others may write to refuses what has not.
   */
  copy(from: ContentKey, to: ContentKey, revision?: string): Promise<void>;

  /**
   * Removes the object; one that is not there is removed already. With `revision`, only the object that has it:
   * one that has come to lie there since stays.
   */
  remove(key: ContentKey, revision?: string): Promise<void>;

  /** Objects of an area in ascending order of their paths, for clean-up and tests; not for requests. */
  list(area: ContentKey['area']): AsyncIterable<ListedContent>;

  /** Resolves when the store can be written and read. */
  probe(): Promise<void>;
}

/**
 * One object held open: whatever happens to its key, the bytes of `stat.revision` are what is read, or reading rejects
 * (`transient`) because the store has not kept them.
 */
export interface OpenContent {
  readonly stat: ContentStat;
  /**
   * Fills `into` with the bytes from `position` and resolves with their number: fewer than asked for only at
   * the end of the object. Several reads may run at once. `into` belongs to the caller.
   */
  read(into: Uint8Array, position: number): Promise<number>;
  /** Lets go of the object once the reads under way have ended. Repeating it changes nothing. */
  close(): Promise<void>;
}

export type ContentLocation = ContentStat &
  (
    | { readonly store: 'file'; readonly path: string }
    | { readonly store: 'memory'; readonly bytes: SharedArrayBuffer }
    | {
        readonly store: 's3';
        readonly bucket: string;
        readonly key: string;
        /** Null in a bucket that keeps no versions; there ETag and time tell whether the object is still the same. */
        readonly versionId: string | null;
        readonly etag: string;
        readonly modifiedAt: Date;
      }
  );

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

/** One part of an upload: `partNumber` counts from 1, `offset` is where its bytes begin in the whole. */
export interface PartExtent {
  readonly partNumber: number;
  readonly sizeBytes: number;
  readonly offset: number;
}

export interface ReceivedPart {
  readonly partNumber: number;
  readonly sizeBytes: number;
  /** Given back when the parts are joined. */
  readonly etag: string;
}

export interface PartSession {
  readonly key: ContentKey;
  readonly handle: string;
  readonly beganAt: Date;
}

/**
 * Uploads by parts. A session is begun per upload; its `handle` is opaque (S3: the multipart upload id) and
 * stored with the upload.
 */
export interface PartSessions {
  /** Prepares to receive parts. Beginning again for the same key gives a handle that works as well. */
  begin(key: ContentKey, sizeBytes: number, partSizeBytes: number): Promise<string>;

  /**
   * In ascending order; a part is listed when all of its bytes are durable. A session that was joined or
   * aborted lists none: whether the object is there, `ContentStore.stat` tells.
   */
  listParts(key: ContentKey, handle: string): Promise<readonly ReceivedPart[]>;

  /**
   * Joins the parts into the object. Repeating it after a success changes nothing. Rejects with
   * `upload-incomplete` when a part is not there, `part-invalid` when one is another than given, and
   * `upload-closed` when there is neither a session nor the object; what has arrived stays.
   */
  join(key: ContentKey, handle: string, parts: readonly ReceivedPart[]): Promise<ContentStat>;

  /** Forgets the session and all of its bytes, joined or not. Repeating it changes nothing. */
  abort(key: ContentKey, handle: string): Promise<void>;

  /** Sessions neither joined nor aborted, those without an upload among them: for clean-up. */
  listSessions(): AsyncIterable<PartSession>;
}

/** Bytes that come straight from clients into `incoming/`. */
export interface ReceivingStore extends PartSessions {
  /**
   * An address for one POST of the whole object. Own addresses refuse it once the object is there or the upload has
   * ended; addresses of S3 take the same upload's bytes again until they expire, which is why content is copied by
   * the revision that was checked.
   */
  addressForm(key: ContentKey, conditions: ReceivingConditions, expiresAt: Date): Promise<PostForm>;

  /**
   * An address for one PUT of part `partNumber` with exactly `sizeBytes`. At own addresses it is good for one
   * success: a part that has arrived is replaced only through a newer address, and is not listed while that
   * happens. S3 takes a part again until the address expires or the session is joined or aborted. A part outside of
   * the whole rejects with `part-invalid`, here or when it is sent.
   */
  addressPart(key: ContentKey, handle: string, part: PartExtent, expiresAt: Date): Promise<PartAddress>;
}

/** Addresses that serve content without a token. */
export interface ServingStore {
  /**
   * A GET address for the object, bound to it and to the version it is served as. `fileName` goes into
   * Content-Disposition. The address answers `Range`, `If-Range` and an `ETag` that lasts as long as the object. At
   * own addresses the `ETag` is the digest, `HEAD` is answered, and a version that may not be read any more stops at
   * once; addresses of S3 go on until they expire. Missing: rejects.
   */
  addressContent(
    key: ContentKey,
    served: { digest: string; fileName: string; contentType: string; versionId: string },
    expiresAt: Date,
  ): Promise<string>;
}

/**
 * Where this server itself puts the bytes that clients send to its own addresses. With a store that clients
 * reach directly (S3) there is none.
 */
export interface IncomingStore extends PartSessions {
  /**
   * Receives one part into the session of `key`. Resolves when the part is durable and listed.
   *
   * `nonce` names the address it came to, and sorts by the making of addresses: one that is not newer than that
   * of the part already there is refused (`address-used`). Rejects with `upload-size-mismatch` when the stream
   * ends early or brings more, `upload-closed` when the session is joined, aborted or never was, `part-invalid`
   * for an extent outside of the whole, and with the stream's own error; then the part is not there. A part that
   * comes while another is on its way under the same number ends the other: a client that lost its connection
   * and comes again must not wait for the dead one. The stream is left as it is, never destroyed.
   */
  receivePart(
    key: ContentKey,
    part: PartExtent & { readonly nonce: string },
    bytes: Readable,
  ): Promise<ReceivedPart>;

  /**
   * Receives a whole object under a key that holds none, else `address-used`. Rejects as `receivePart` does, and
   * as `admit` does, which is asked when all bytes have come; then nothing is kept. The stream is left as it is,
   * never destroyed.
   */
  receiveWhole(
    key: ContentKey,
    limits: { readonly minimumBytes: number; readonly maximumBytes: number },
    bytes: Readable,
    admit: () => Promise<void>,
  ): Promise<{ readonly etag: string }>;
}

/** Whether an upload still takes bytes: asked when a client comes to one of its addresses. */
export interface ReceivingGuard {
  isOpen(uploadId: string): Promise<boolean>;
}

/** Whether a version may be read at this moment: asked when a client comes to one of its addresses. */
export interface ServingGuard {
  isServed(versionId: string): Promise<boolean>;
}
