// Notices, while a file passes by, that it holds others: by what its first bytes say, and by the end record of a ZIP
// archive in its last ones, which is where programs look for it, whatever the file begins with.
import { type ContainerType, containerTypesOf } from '../inspection/identify.ts';

/** Enough for every container: the mark of a tar archive ends at 262, its header at 512. */
const headBytes = 512;
const endRecordBytes = 22;
/** How far from the end of a file programs look for an end record. */
const tailBytes = endRecordBytes + 0xffff;
const endSignature = Buffer.from([0x50, 0x4b, 0x05, 0x06]);

const nothing = Buffer.alloc(0);

export class ContainerWatch {
  readonly #sizeBytes: number;
  readonly #head: Buffer;
  #headLength = 0;
  #position = 0;
  /** The last bytes of what has passed, in which a record may have begun. */
  #carried: Buffer = nothing;
  #types: readonly ContainerType[] | null = null;
  readonly #endRecords = new Set<number>();

  constructor(sizeBytes: number) {
    this.#sizeBytes = sizeBytes;
    this.#head = Buffer.alloc(Math.min(headBytes, sizeBytes));
  }

  push(bytes: Uint8Array): void {
    if (this.#headLength < this.#head.length) {
      const part = bytes.subarray(0, this.#head.length - this.#headLength);
      this.#head.set(part, this.#headLength);
      this.#headLength += part.length;
    }
    const start = this.#position;
    this.#position += bytes.length;
    const from = Math.max(0, this.#sizeBytes - tailBytes - start);
    if (from < bytes.length) this.#searchTail(bytes.subarray(from), start + from);
  }

  /** What the file may be opened as; null as long as too little has passed to tell. */
  get types(): readonly ContainerType[] | null {
    if (this.#headLength < this.#head.length) return null;
    this.#types ??= containerTypesOf(this.#head, this.#sizeBytes);
    return this.#types;
  }

  /** The first bytes, as far as they have passed. */
  get head(): Uint8Array {
    return this.#head.subarray(0, this.#headLength);
  }

  /** Where programs that look from the end would see the end record of a ZIP archive. */
  get endRecords(): readonly number[] {
    return [...this.#endRecords];
  }

  #searchTail(bytes: Uint8Array, start: number): void {
    const tail = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
    const joined = this.#carried.length === 0 ? tail : Buffer.concat([this.#carried, tail]);
    const joinedStart = start - this.#carried.length;
    for (let at = joined.indexOf(endSignature); at >= 0; at = joined.indexOf(endSignature, at + 1)) {
      const record = joined.subarray(at, at + endRecordBytes);
      const position = joinedStart + at;
      if (record.length === endRecordBytes && isPlausible(record, position)) this.#endRecords.add(position);
    }
    // Nothing follows the end.
    const isEnd = this.#position === this.#sizeBytes;
    this.#carried = isEnd ? nothing : Buffer.from(joined.subarray(1 - endRecordBytes));
  }
}

/** Whether a directory of the size that the record states can stand before it, with something in it. */
function isPlausible(record: Buffer, position: number): boolean {
  const directoryBytes = record.readUInt32LE(12);
  return directoryBytes > 0 && (directoryBytes === 0xffffffff || directoryBytes <= position);
}
