import { Readable } from 'node:stream';
import {
  type Area,
  type ByteRange,
  type ContentKey,
  type ContentLocation,
  type ContentStat,
  type ContentStore,
  changedSince,
  type ListedContent,
  type OpenContent,
  printKey,
} from '../../core/content/index.ts';
import { StorageError } from '../../core/errors.ts';

interface StoredContent extends ListedContent {
  readonly bytes: SharedArrayBuffer;
  readonly revision: string;
}

/** Objects in a map; shared memory, so that worker threads can look at them. */
export class MemoryContentStore implements ContentStore {
  readonly #objects = new Map<string, StoredContent>();
  #revisions = 0;

  async stat(key: ContentKey): Promise<ContentStat | null> {
    const object = this.#objects.get(printKey(key));
    return object === undefined ? null : statOf(object);
  }

  async read(key: ContentKey, range?: ByteRange): Promise<Readable> {
    return Readable.from([Buffer.from(this.#find(key).bytes).subarray(range?.start, range?.end)], {
      objectMode: false,
    });
  }

  async open(key: ContentKey): Promise<OpenContent> {
    const object = this.#find(key);
    const bytes = new Uint8Array(object.bytes);
    return {
      stat: statOf(object),
      read: async (into, position) => {
        const found = bytes.subarray(position, position + into.length);
        into.set(found);
        return found.length;
      },
      close: async () => {},
    };
  }

  async locate(key: ContentKey): Promise<ContentLocation> {
    const object = this.#find(key);
    return { store: 'memory', bytes: object.bytes, ...statOf(object) };
  }

  async write(key: ContentKey, bytes: Readable): Promise<ContentStat> {
    const chunks: Buffer[] = [];
    for await (const chunk of bytes.iterator({ destroyOnReturn: false })) chunks.push(Buffer.from(chunk));
    return this.put(key, Buffer.concat(chunks));
  }

  /** Stores a copy of the bytes. */
  put(key: ContentKey, bytes: Uint8Array): ContentStat {
    const shared = new SharedArrayBuffer(bytes.length);
    new Uint8Array(shared).set(bytes);
    return this.#store(key, shared);
  }

  async copy(from: ContentKey, to: ContentKey, wanted?: string): Promise<void> {
    const { bytes, revision } = this.#find(from);
    if (wanted !== undefined && wanted !== revision) throw changedSince(from);
    if ((await this.stat(to))?.sizeBytes !== bytes.byteLength) this.#store(to, bytes);
  }

  async remove(key: ContentKey, revision?: string): Promise<void> {
    const object = this.#objects.get(printKey(key));
    if (revision === undefined || object?.revision === revision) this.#objects.delete(printKey(key));
  }

  async *list(area: Area): AsyncIterable<ListedContent> {
    const listed = [...this.#objects.values()].filter((object) => object.area === area);
    for (const { path, modifiedAt } of listed.sort((one, other) => (one.path < other.path ? -1 : 1))) {
      yield { area, path, modifiedAt };
    }
  }

  async probe(): Promise<void> {}

  #find(key: ContentKey): StoredContent {
    const object = this.#objects.get(printKey(key));
    if (object === undefined) throw new StorageError('missing', `${printKey(key)} is not there`);
    return object;
  }

  #store({ area, path }: ContentKey, bytes: SharedArrayBuffer): ContentStat {
    const object = { area, path, bytes, modifiedAt: new Date(), revision: String(++this.#revisions) };
    this.#objects.set(printKey(object), object);
    return statOf(object);
  }
}

function statOf({ bytes, revision }: StoredContent): ContentStat {
  return { sizeBytes: bytes.byteLength, revision };
}
