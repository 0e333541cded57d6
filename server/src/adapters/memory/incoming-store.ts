import type { Readable } from 'node:stream';
import { crc32 } from 'node:zlib';
import {
  type ContentKey,
  type ContentStat,
  fits,
  type IncomingStore,
  type PartExtent,
  type PartSession,
  printKey,
  type ReceivedPart,
  Receptions,
  requireJoinable,
  type SizeLimits,
  sizeMismatch,
  uploadClosed,
} from '../../core/content/index.ts';
import { RegistryError } from '../../core/errors.ts';
import type { MemoryContentStore } from './content-store.ts';

interface Part extends ReceivedPart, PartExtent {
  readonly nonce: string;
  readonly bytes: Buffer;
}

interface Session extends PartSession {
  readonly sizeBytes: number;
  readonly parts: Map<number, Part>;
}

/** Parts in a map, put together in a `MemoryContentStore`. */
export class MemoryIncomingStore implements IncomingStore {
  readonly #content: MemoryContentStore;
  readonly #sessions = new Map<string, Session>();
  readonly #receptions = new Receptions();

  constructor(content: MemoryContentStore) {
    this.#content = content;
  }

  async begin(key: ContentKey, sizeBytes: number, _partSizeBytes: number): Promise<string> {
    if (this.#sessions.get(printKey(key))?.sizeBytes !== sizeBytes) {
      const session = { key, handle: key.path, beganAt: new Date(), sizeBytes, parts: new Map() };
      this.#sessions.set(printKey(key), session);
    }
    return key.path;
  }

  async listParts(key: ContentKey, _handle: string): Promise<readonly ReceivedPart[]> {
    return this.#partsOf(key).map(({ partNumber, sizeBytes, etag }) => ({ partNumber, sizeBytes, etag }));
  }

  async receivePart(
    key: ContentKey,
    part: PartExtent & { readonly nonce: string },
    bytes: Readable,
  ): Promise<ReceivedPart> {
    const { partNumber, sizeBytes, offset, nonce } = part;
    return this.#receptions.run(key.path, partNumber, async (ended) => {
      const session = this.#sessions.get(printKey(key));
      if (session === undefined) throw uploadClosed(key.path);
      if (partNumber < 1 || sizeBytes < 1 || offset < 0 || offset + sizeBytes > session.sizeBytes) {
        throw new RegistryError(
          'part-invalid',
          `Part ${partNumber} is not within ${session.sizeBytes} bytes.`,
        );
      }
      if ((session.parts.get(partNumber)?.nonce ?? '') >= nonce) {
        throw new RegistryError('address-used', `Part ${partNumber} has arrived at this or a newer address.`);
      }
      session.parts.delete(partNumber);
      const exactly = { minimumBytes: sizeBytes, maximumBytes: sizeBytes };
      const received = await receive(bytes, `part ${partNumber}`, exactly, ended);
      session.parts.set(partNumber, { ...part, ...received });
      return { partNumber, sizeBytes, etag: received.etag };
    });
  }

  async receiveWhole(
    key: ContentKey,
    limits: SizeLimits,
    bytes: Readable,
    admit: () => Promise<void>,
  ): Promise<{ etag: string }> {
    return this.#receptions.run(key.path, 0, async (ended) => {
      if ((await this.#content.stat(key)) !== null) {
        throw new RegistryError('address-used', `The file of the upload ${key.path} has arrived.`);
      }
      const received = await receive(bytes, 'the file', limits, ended);
      await admit();
      this.#content.put(key, received.bytes);
      return { etag: received.etag };
    });
  }

  async join(key: ContentKey, _handle: string, parts: readonly ReceivedPart[]): Promise<ContentStat> {
    return this.#receptions.alone(key.path, async () => {
      const session = this.#sessions.get(printKey(key));
      if (session !== undefined) {
        requireJoinable(this.#partsOf(key), parts, session.sizeBytes);
        this.#content.put(key, Buffer.concat(this.#partsOf(key).map(({ bytes }) => bytes)));
        this.#sessions.delete(printKey(key));
      }
      const stat = await this.#content.stat(key);
      if (stat === null) throw uploadClosed(key.path);
      return stat;
    });
  }

  async abort(key: ContentKey, _handle: string): Promise<void> {
    await this.#receptions.alone(key.path, async () => {
      this.#sessions.delete(printKey(key));
      await this.#content.remove(key);
    });
  }

  async *listSessions(): AsyncIterable<PartSession> {
    for (const { key, handle, beganAt } of this.#sessions.values()) yield { key, handle, beganAt };
  }

  #partsOf(key: ContentKey): Part[] {
    const parts = [...(this.#sessions.get(printKey(key))?.parts.values() ?? [])];
    return parts.sort((one, other) => one.partNumber - other.partNumber);
  }
}

/** Collects the stream without ever destroying it; `ended` breaks off with its reason. */
function receive(
  stream: Readable,
  what: string,
  limits: SizeLimits,
  ended: AbortSignal,
): Promise<{ bytes: Buffer; etag: string }> {
  const { promise, resolve, reject } = Promise.withResolvers<{ bytes: Buffer; etag: string }>();
  const chunks: Buffer[] = [];
  let sizeBytes = 0;
  const take = (chunk: Buffer) => {
    chunks.push(chunk);
    sizeBytes += chunk.length;
    if (sizeBytes > limits.maximumBytes) reject(sizeMismatch(what, 'more', limits));
  };
  const finish = () => {
    const bytes = Buffer.concat(chunks);
    if (fits(bytes.length, limits)) resolve({ bytes, etag: crc32(bytes).toString(16).padStart(8, '0') });
    else reject(sizeMismatch(what, bytes.length, limits));
  };
  const leave = () => reject(stream.errored ?? new Error('the sender left before the end'));
  const breakOff = () => reject(ended.reason);
  ended.addEventListener('abort', breakOff);
  stream.on('data', take).on('end', finish).on('error', reject).on('close', leave);
  return promise.finally(() => {
    stream.pause().off('data', take).off('end', finish).off('error', reject).off('close', leave);
    ended.removeEventListener('abort', breakOff);
  });
}
