// ZIP archives written down as they are specified: faster than a general writer of archives, and without its memory.
import { crc32 } from 'node:zlib';

export interface Member {
  readonly path: string;
  readonly method: 'stored' | 'deflate';
  /** Its bytes as they stand in the archive, in pieces that members may share. */
  readonly pieces: readonly Buffer[];
  /** Of the content, expanded. */
  readonly crc: number;
  readonly sizeBytes: number;
}

/** A member whose content stands in the archive as it is. */
export function storedMember(path: string, ...pieces: readonly Buffer[]): Member {
  const crc = pieces.reduce((sum, piece) => crc32(piece, sum), 0);
  return { path, method: 'stored', pieces, crc, sizeBytes: lengthOf(pieces) };
}

/** The archive in pieces; under 4 GiB and 65,536 members. */
export function archiveOf(members: Iterable<Member>): Buffer[] {
  const pieces: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const member of members) {
    const [path, described] = [Buffer.from(member.path), descriptionOf(member)];
    const where = Buffer.alloc(14);
    where.writeUInt32LE(offset, 10);
    directory.push(Buffer.concat([signature('PK\x01\x02'), madeBy, described, where, path]));
    const local = [Buffer.concat([signature('PK\x03\x04'), described, path]), ...member.pieces];
    pieces.push(...local);
    offset += lengthOf(local);
  }
  return [...pieces, ...directory, endRecord(directory.length, lengthOf(directory), offset)];
}

const version = 20;
const madeBy = Buffer.from([version, 0]);
const utf8 = 0x0800;
/** The first of January 2026, as DOS writes a date. */
const date = ((2026 - 1980) << 9) | (1 << 5) | 1;

function signature(text: string): Buffer {
  return Buffer.from(text, 'latin1');
}

/** What a member's header and its record in the directory have in common. */
function descriptionOf({ path, method, pieces, crc, sizeBytes }: Member): Buffer {
  const fields = Buffer.alloc(26);
  fields.writeUInt16LE(version, 0);
  fields.writeUInt16LE(utf8, 2);
  fields.writeUInt16LE(method === 'stored' ? 0 : 8, 4);
  fields.writeUInt16LE(date, 8);
  fields.writeUInt32LE(crc, 10);
  fields.writeUInt32LE(lengthOf(pieces), 14);
  fields.writeUInt32LE(sizeBytes, 18);
  fields.writeUInt16LE(Buffer.byteLength(path), 22);
  return fields;
}

function endRecord(count: number, directoryBytes: number, directoryStart: number): Buffer {
  const record = Buffer.alloc(22);
  signature('PK\x05\x06').copy(record);
  record.writeUInt16LE(count, 8);
  record.writeUInt16LE(count, 10);
  record.writeUInt32LE(directoryBytes, 12);
  record.writeUInt32LE(directoryStart, 16);
  return record;
}

export function lengthOf(pieces: readonly Buffer[]): number {
  return pieces.reduce((sum, { length }) => sum + length, 0);
}
