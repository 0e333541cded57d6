import type { FileHandle } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { crc32 } from 'node:zlib';
import { storageErrorFrom } from './storage-error.ts';

/** What goes to the disk in one call. */
const written = { bytes: 1024 * 1024, chunks: 256 };
/** What may wait for the disk; while there is more, the sender waits. */
const waiting = { bytes: 4 * 1024 * 1024, chunks: 1024 };

export interface WrittenStream {
  readonly sizeBytes: number;
  readonly crc32: number;
}

export interface WriteLimits {
  readonly maximumBytes: number;
  /** The error to reject with when more comes. */
  readonly tooLong: () => Error;
  /** Ends the writing with its reason. */
  readonly signal?: AbortSignal;
}

/** The stream failed, not the disk: `cause` is its own error. */
export class SenderFailed extends Error {
  override readonly name = 'SenderFailed';
}

/**
 * Writes a stream into a file from `position` on, in large pieces while the next ones are coming, from the
 * buffers they came in. Not synced. When it settles, no write is under way any more.
 *
 * Rejects with `SenderFailed`, a `StorageError` of the disk, `signal`'s reason, or `tooLong`. The stream is left where it was: never destroyed, since behind it is a connection that wants an answer.
 */
export function writeStream(
  file: FileHandle,
  position: number,
  bytes: Readable,
  limits: WriteLimits,
): Promise<WrittenStream> {
  const writer = new StreamWriter(file, position, bytes, limits);
  writer.start();
  return writer.done;
}

class StreamWriter {
  readonly done: Promise<WrittenStream>;
  readonly #file: FileHandle;
  readonly #bytes: Readable;
  readonly #limits: WriteLimits;
  readonly #outcome = Promise.withResolvers<WrittenStream>();
  #position: number;
  #chunks: Buffer[] = [];
  #chunkBytes = 0;
  #sizeBytes = 0;
  #crc32 = 0;
  #writing = false;
  #ended = false;
  #failure: { readonly error: unknown } | undefined;

  constructor(file: FileHandle, position: number, bytes: Readable, limits: WriteLimits) {
    this.#file = file;
    this.#position = position;
    this.#bytes = bytes;
    this.#limits = limits;
    this.done = this.#outcome.promise.finally(() => this.#letGo());
  }

  start(): void {
    const { signal } = this.#limits;
    signal?.addEventListener('abort', this.#abort);
    this.#bytes.on('error', this.#failed).on('close', this.#closed).on('end', this.#end);
    if (signal?.aborted) this.#abort();
    else if (this.#bytes.errored !== null) this.#failed(this.#bytes.errored);
    else if (this.#bytes.readableEnded) this.#end();
    else if (this.#bytes.destroyed) this.#closed();
    else this.#bytes.on('data', this.#take).resume();
  }

  readonly #take = (chunk: Buffer): void => {
    if (this.#failure !== undefined) return;
    this.#sizeBytes += chunk.length;
    if (this.#sizeBytes > this.#limits.maximumBytes) {
      this.#fail(this.#limits.tooLong());
      return;
    }
    this.#crc32 = crc32(chunk, this.#crc32);
    this.#chunks.push(chunk);
    this.#chunkBytes += chunk.length;
    if (this.#reaches(waiting)) this.#bytes.pause();
    this.#writeOn();
  };

  readonly #end = (): void => {
    this.#ended = true;
    this.#writeOn();
  };

  readonly #closed = (): void => {
    if (!this.#ended) this.#failed(new Error('the sender left before the end'));
  };

  readonly #failed = (cause: Error): void => this.#fail(new SenderFailed(cause.message, { cause }));

  readonly #abort = (): void => this.#fail(this.#limits.signal?.reason);

  readonly #fail = (error: unknown): void => {
    this.#failure ??= { error };
    this.#bytes.pause();
    this.#writeOn();
  };

  #reaches(limit: { bytes: number; chunks: number }): boolean {
    return this.#chunkBytes >= limit.bytes || this.#chunks.length >= limit.chunks;
  }

  /** The next step, whatever it is, once the one before is over. */
  #writeOn(): void {
    if (this.#writing) return;
    if (this.#failure !== undefined) this.#outcome.reject(this.#failure.error);
    else if (this.#reaches(written) || (this.#ended && this.#chunkBytes > 0)) this.#write();
    else if (this.#ended) this.#outcome.resolve({ sizeBytes: this.#sizeBytes, crc32: this.#crc32 });
  }

  #write(): void {
    const [chunks, length, position] = [this.#chunks, this.#chunkBytes, this.#position];
    this.#chunks = [];
    this.#chunkBytes = 0;
    this.#position += length;
    this.#writing = true;
    writeWhole(this.#file, chunks, length, position)
      .catch((error: unknown) => {
        this.#failure ??= { error: storageErrorFrom(error, 'content being received') };
      })
      .then(() => {
        this.#writing = false;
        this.#writeOn();
        if (!this.#ended && this.#failure === undefined) this.#bytes.resume();
      });
  }

  #letGo(): void {
    this.#limits.signal?.removeEventListener('abort', this.#abort);
    this.#bytes.off('error', this.#failed).off('close', this.#closed);
    this.#bytes.off('end', this.#end).off('data', this.#take);
  }
}

/** `writev` may write less than asked for (a signal, a disk that is nearly full): then the rest follows. */
async function writeWhole(
  file: FileHandle,
  chunks: Buffer[],
  length: number,
  position: number,
): Promise<void> {
  let { bytesWritten } = await file.writev(chunks, position);
  if (bytesWritten === length) return;
  const all = Buffer.concat(chunks);
  while (bytesWritten < length) {
    const result = await file.write(all, bytesWritten, length - bytesWritten, position + bytesWritten);
    bytesWritten += result.bytesWritten;
  }
}
