import { StorageError } from '../errors.ts';
import type { ByteSource } from './check.ts';

/** Many small reads near each other, made of few large ones of the source. */
export class ByteWindow {
  readonly #source: ByteSource;
  readonly #lengthBytes: number;
  #start = 0;
  #bytes: Uint8Array = new Uint8Array(0);

  constructor(source: ByteSource, lengthBytes: number) {
    this.#source = source;
    this.#lengthBytes = lengthBytes;
  }

  get sizeBytes(): number {
    return this.#source.sizeBytes;
  }

  /** Exactly `length` bytes, good until the next read. They must lie within the source. */
  async read(position: number, length: number): Promise<Uint8Array> {
    const there = this.#covered(position);
    if (there.length >= length) return there.subarray(0, length);
    await this.#move(position, Math.max(length, this.#lengthBytes));
    if (this.#bytes.length < length) throw endedEarly(this.#source, position);
    return this.#bytes.subarray(0, length);
  }

  /** From 1 to `length` bytes, as many as one read of the source gives; good until the next read. */
  async readSome(position: number, length: number): Promise<Uint8Array> {
    if (this.#covered(position).length === 0) {
      await this.#move(position, this.#lengthBytes);
      if (this.#bytes.length === 0) throw endedEarly(this.#source, position);
    }
    return this.#covered(position).subarray(0, length);
  }

  /** Lets go of what was read: somebody else has read the source, which may reuse its buffer. */
  forget(): void {
    this.#bytes = new Uint8Array(0);
  }

  #covered(position: number): Uint8Array {
    const from = position - this.#start;
    return from >= 0 && from < this.#bytes.length ? this.#bytes.subarray(from) : this.#bytes.subarray(0, 0);
  }

  async #move(position: number, length: number): Promise<void> {
    this.#bytes = await this.#source.read(position, Math.min(length, this.sizeBytes - position));
    this.#start = position;
  }
}

function endedEarly(source: ByteSource, position: number): StorageError {
  return new StorageError(
    'transient',
    `the content of ${source.sizeBytes} bytes could not be read at ${position}`,
    undefined,
    // It was there a moment ago, and its store answers: each time counts as an attempt.
    { transience: 'contended' },
  );
}
