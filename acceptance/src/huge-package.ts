// A package of any size that takes no more memory than one of its files: most of them share their bytes.
import { createHash, randomBytes } from 'node:crypto';
import { crc32, deflateRawSync } from 'node:zlib';
import { archiveOf, lengthOf, type Member, storedMember } from './zip-archive.ts';

const memberBytes = 64 * 1024 * 1024;
const markBytes = 8;

export class HugePackage {
  readonly sizeBytes: number;
  /** SHA-256 of the whole, in hex. */
  readonly digest: string;
  /** Of the files inside. Each but the last begins with its number, in four bytes, the lowest first. */
  readonly paths: readonly string[];
  readonly #pieces: readonly Buffer[];

  /** At least `sizeBytes` large, under 4 GiB: random bytes, and a file of zeros that packs a thousand to one. */
  constructor(sizeBytes: number) {
    const noise = randomBytes(memberBytes - markBytes);
    const count = Math.ceil(sizeBytes / memberBytes);
    const members = Array.from({ length: count }, (_, i) => numberedMember(i, noise));
    members.push(zeros('zeros.bin', 4 * memberBytes));
    this.#pieces = archiveOf(members);
    this.paths = members.map(({ path }) => path);
    this.sizeBytes = lengthOf(this.#pieces);
    const hash = createHash('sha256');
    for (const piece of this.#pieces) hash.update(piece);
    this.digest = hash.digest('hex');
  }

  /** The bytes from `start` up to, not including, `end`. */
  slice(start: number, end: number): Buffer {
    const parts: Buffer[] = [];
    let offset = 0;
    for (const piece of this.#pieces) {
      const [from, to] = [Math.max(start - offset, 0), Math.min(end - offset, piece.length)];
      if (from < to) parts.push(piece.subarray(from, to));
      offset += piece.length;
    }
    return Buffer.concat(parts);
  }
}

function numberedMember(number: number, noise: Buffer): Member {
  const mark = Buffer.alloc(markBytes);
  mark.writeUInt32LE(number);
  return storedMember(`weights/part-${String(number).padStart(3, '0')}.bin`, mark, noise);
}

function zeros(path: string, sizeBytes: number): Member {
  const content = Buffer.alloc(sizeBytes);
  const packed = deflateRawSync(content, { level: 1 });
  return { path, method: 'deflate', pieces: [packed], crc: crc32(content), sizeBytes };
}
