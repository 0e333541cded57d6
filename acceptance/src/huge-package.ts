// A ZIP archive of any size that takes no more memory than one of its files: most of them share their bytes.
import { createHash, randomBytes } from 'node:crypto';
import { crc32, deflateRawSync } from 'node:zlib';

const memberBytes = 64 * 1024 * 1024;
const markBytes = 8;

interface Member {
  readonly name: string;
  readonly method: 'stored' | 'deflate';
  readonly content: readonly Buffer[];
  readonly crc: number;
  readonly sizeBytes: number;
}

export class HugePackage {
  readonly sizeBytes: number;
  /** SHA-256 of the whole, in hex. */
  readonly digest: string;
  readonly #pieces: readonly Buffer[];
  readonly #names: readonly string[];

  /** At least `sizeBytes` large, under 4 GiB: random bytes, each file led by its number, and one file of zeros. */
  constructor(sizeBytes: number) {
    const noise = randomBytes(memberBytes - markBytes);
    const count = Math.ceil(sizeBytes / memberBytes);
    const members = Array.from({ length: count }, (_, i) => numberedMember(i, noise));
    members.push(zeros(4 * memberBytes));
    this.#pieces = archiveOf(members);
    this.#names = members.map(({ name }) => name);
    this.sizeBytes = lengthOf(this.#pieces);
    const hash = createHash('sha256');
    for (const piece of this.#pieces) hash.update(piece);
    this.digest = hash.digest('hex');
  }

  get names(): readonly string[] {
    return this.#names;
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
  const name = `weights/part-${String(number).padStart(3, '0')}.bin`;
  return {
    name,
    method: 'stored',
    content: [mark, noise],
    crc: crc32(noise, crc32(mark)),
    sizeBytes: memberBytes,
  };
}

function zeros(sizeBytes: number): Member {
  const content = Buffer.alloc(sizeBytes);
  const packed = deflateRawSync(content, { level: 1 });
  return { name: 'zeros.bin', method: 'deflate', content: [packed], crc: crc32(content), sizeBytes };
}

function archiveOf(members: readonly Member[]): Buffer[] {
  const pieces: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const member of members) {
    directory.push(directoryRecord(member, offset));
    const local = [localHeader(member), ...member.content];
    pieces.push(...local);
    offset += lengthOf(local);
  }
  return [...pieces, ...directory, endRecord(members.length, lengthOf(directory), offset)];
}

/** What local header and directory record have in common: from the version needed to the length of the extra field. */
function described({ name, method, content, crc, sizeBytes }: Member): Buffer {
  const fields = Buffer.alloc(26);
  fields.writeUInt16LE(20, 0);
  fields.writeUInt16LE(method === 'stored' ? 0 : 8, 4);
  fields.writeUInt16LE(0x21, 8); // 1980-01-01, the first day that there is
  fields.writeUInt32LE(crc, 10);
  fields.writeUInt32LE(lengthOf(content), 14);
  fields.writeUInt32LE(sizeBytes, 18);
  fields.writeUInt16LE(name.length, 22);
  return fields;
}

function localHeader(member: Member): Buffer {
  return Buffer.concat([Buffer.from('PK\x03\x04', 'latin1'), described(member), Buffer.from(member.name)]);
}

function directoryRecord(member: Member, offset: number): Buffer {
  const madeBy = Buffer.from([20, 0]);
  const rest = Buffer.alloc(14);
  rest.writeUInt32LE(offset, 10);
  return Buffer.concat([
    Buffer.from('PK\x01\x02', 'latin1'),
    madeBy,
    described(member),
    rest,
    Buffer.from(member.name),
  ]);
}

function endRecord(count: number, directoryBytes: number, directoryStart: number): Buffer {
  const record = Buffer.alloc(22);
  record.write('PK\x05\x06', 0, 'latin1');
  record.writeUInt16LE(count, 8);
  record.writeUInt16LE(count, 10);
  record.writeUInt32LE(directoryBytes, 12);
  record.writeUInt32LE(directoryStart, 16);
  return record;
}

function lengthOf(pieces: readonly Buffer[]): number {
  return pieces.reduce((sum, { length }) => sum + length, 0);
}
