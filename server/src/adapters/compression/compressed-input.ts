import type { ByteSource } from '../../core/checks/index.ts';
import { CompressionError } from '../../core/checks/index.ts';

const pieceBytes = 256 * 1024;

/** Compressed bytes, read from the beginning to the end. */
export class CompressedInput {
  readonly #source: ByteSource;
  /** Where the next byte is read; may be set back. */
  position = 0;

  constructor(source: ByteSource) {
    this.#source = source;
  }

  get isAtEnd(): boolean {
    return this.position >= this.#source.sizeBytes;
  }

  /** The next bytes, good until the next read; none at the end. */
  async next(length = pieceBytes): Promise<Uint8Array> {
    const bytes = await this.#source.read(this.position, length);
    this.position += bytes.length;
    return bytes;
  }

  /** The next `length` bytes, good until the next read. */
  async exactly(length: number): Promise<Buffer> {
    const bytes = await this.next(length);
    if (bytes.length < length) throw new CompressionError('it is cut off');
    return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  skip(length: number): void {
    if (this.position + length > this.#source.sizeBytes) throw new CompressionError('it is cut off');
    this.position += length;
  }

  /** Goes over zeros, with which some programs fill up the last block of a tape or a file. */
  async skipZeros(): Promise<void> {
    while (!this.isAtEnd) {
      const bytes = await this.next();
      const other = bytes.findIndex((byte) => byte !== 0);
      if (other < 0) continue;
      this.position -= bytes.length - other;
      return;
    }
  }
}

/** Receives what was expanded; good until the call returns. */
export type Sink = (bytes: Uint8Array) => void;
