import { Readable } from 'node:stream';
import {
  type Area,
  type ByteRange,
  type ContentKey,
  type ContentLocation,
  type ContentStat,
  type ContentStore,
  changedSince,
  digestOf,
  type ListedContent,
  type OpenContent,
  printKey,
} from '../../core/content/index.ts';
import { StorageError } from '../../core/errors.ts';
import { type FoundObject, revisionOf, statOf } from './found-object.ts';
import { RangeReader } from './range-reader.ts';
import { AlreadyThere, type S3Objects } from './s3-objects.ts';
import type { Seals } from './seals.ts';

const firstPieceBytes = 1024 * 1024;
const largestPieceBytes = 8 * 1024 * 1024;
const piecesAhead = 2;

/** Objects in buckets. What lies in `packages/` is read as it was sealed: see seals.ts. */
export class S3ContentStore implements ContentStore {
  readonly #objects: S3Objects;
  readonly #seals: Seals;

  constructor(objects: S3Objects, seals: Seals) {
    this.#objects = objects;
    this.#seals = seals;
  }

  async stat(key: ContentKey): Promise<ContentStat | null> {
    const found = await this.#objects.find(key);
    return found === null ? null : statOf(found);
  }

  async read(key: ContentKey, range?: ByteRange): Promise<Readable> {
    const found = await this.#get(key);
    const { start, end } = range ?? { start: 0, end: found.sizeBytes };
    return streamed(this.#objects, found, start, Math.min(end, found.sizeBytes));
  }

  async open(key: ContentKey): Promise<OpenContent> {
    const found = await this.#get(key);
    const reader = new RangeReader(found.sizeBytes, (start, end) => this.#objects.fetch(found, start, end));
    return {
      stat: statOf(found),
      read: (into, position) => reader.read(into, position),
      close: async () => {},
    };
  }

  async locate(key: ContentKey): Promise<ContentLocation> {
    const found = await this.#get(key);
    const { bucket, key: name, versionId, etag, modifiedAt } = found;
    return { store: 's3', bucket, key: name, versionId, etag, modifiedAt, ...statOf(found) };
  }

  async write(key: ContentKey, bytes: Readable): Promise<ContentStat> {
    if (digestOf(key) !== null) await this.#seals.remove(key);
    return statOf(await this.#objects.write(key, bytes));
  }

  async copy(from: ContentKey, to: ContentKey, revision?: string): Promise<void> {
    const source = await this.#objects.get(from);
    if (revision !== undefined && revisionOf(source) !== revision) throw changedSince(from);
    if (digestOf(to) !== null) return this.#promote(source, to, revision !== undefined);
    if ((await this.#objects.find(to))?.sizeBytes === source.sizeBytes) return;
    const { copy } = await this.#objects.copy(source, to, { ifAbsent: false });
    // A version is what it was; without versions, not every server looks at the condition of the copy.
    if (source.versionId !== null || revision === undefined) return;
    const after = await this.#objects.find(from);
    if (after !== null && revisionOf(after) === revision) return;
    await this.#objects.remove(to, copy);
    throw changedSince(from);
  }

  async remove(key: ContentKey, revision?: string): Promise<void> {
    const only = revision === undefined ? null : await this.#objects.find(key);
    if (revision !== undefined && (only === null || revisionOf(only) !== revision)) return;
    if (digestOf(key) !== null) await this.#seals.remove(key, revision);
    await this.#objects.remove(key, only);
  }

  async *list(area: Area): AsyncIterable<ListedContent> {
    yield* this.#objects.list(area, area === 'packages' ? 'sha256/' : '');
  }

  async probe(): Promise<void> {
    const key: ContentKey = { area: 'incoming', path: 'probe' };
    await this.#objects.put(key, 'assay');
    await this.#objects.get(key);
    await this.#objects.remove(key);
  }

  /**
   * Copies content under its digest and seals it. Content that is sealed stays as it is. `isHashed`: whoever asks has
   * hashed the bytes of this very source.
   */
  async #promote(source: FoundObject, to: ContentKey, isHashed: boolean): Promise<void> {
    const sealed = await this.#seals.findIntact(to);
    if (sealed?.sizeBytes === source.sizeBytes) return;
    const ifAbsent = (await this.#objects.find(to)) === null;
    let copied: Awaited<ReturnType<S3Objects['copy']>>;
    try {
      copied = await this.#objects.copy(source, to, { ifAbsent });
    } catch (error) {
      if (!(error instanceof AlreadyThere)) throw error;
      // Somebody else has just promoted the same content.
      await this.#seals.get(to);
      return;
    }
    const { copy, etag } = copied;
    const isThatVersion = isHashed && source.versionId !== null && copy.etag === etag;
    if (!isThatVersion) await this.#verifyCopy(source, to, copy);
    await this.#seals.seal(to, copy);
  }

  /** The bytes may have been exchanged before they were copied; then the copy goes. */
  async #verifyCopy(source: FoundObject, to: ContentKey, copy: FoundObject): Promise<void> {
    try {
      await this.#seals.verify(to, copy);
    } catch (error) {
      if (!(error instanceof StorageError && error.failure === 'permanent')) throw error;
      await this.#objects.remove(to, copy);
      throw new StorageError('transient', `${source.key} is not what is to lie at ${printKey(to)}`, error, {
        transience: 'contended',
      });
    }
  }

  #get(key: ContentKey): Promise<FoundObject> {
    return digestOf(key) === null ? this.#objects.get(key) : this.#seals.get(key);
  }
}

/** Pieces of the object one after the other, the next ones on their way while one is taken. */
function streamed(objects: S3Objects, found: FoundObject, start: number, end: number): Readable {
  const ended = new AbortController();
  async function* pieces(): AsyncGenerator<Buffer> {
    const coming: Promise<Buffer>[] = [];
    let [next, pieceBytes] = [start, firstPieceBytes];
    try {
      while (next < end || coming.length > 0) {
        while (next < end && coming.length <= piecesAhead) {
          const piece = objects.fetch(found, next, Math.min(next + pieceBytes, end), ended.signal);
          // The first that fails ends the stream, and with it the others.
          piece.catch(() => {});
          coming.push(piece);
          next += pieceBytes;
          pieceBytes = Math.min(2 * pieceBytes, largestPieceBytes);
        }
        const first = coming.shift();
        if (first !== undefined) yield await first;
      }
    } finally {
      ended.abort();
    }
  }
  return Readable.from(pieces(), { objectMode: false, highWaterMark: firstPieceBytes });
}
