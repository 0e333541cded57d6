// The header that stands before a member's bytes, and the descriptor that may stand behind them (APPNOTE 4.3.7,
// 4.3.9). Programs that stream an archive go by these alone; so they must say what the directory says.
import { printPath } from '../findings.ts';
import { otherName, parseExtra, zip64Sizes } from './extra-fields.ts';
import { flagBits, type Member } from './member.ts';

export const localHeaderBytes = 30;
const signature = 0x04034b50;
const deferred = 0xffffffff;

/** Flags that change what a program reads; the others are notes about how it was compressed. */
const decisiveFlags =
  flagBits.encrypted |
  flagBits.descriptor |
  flagBits.stronglyEncrypted |
  flagBits.utf8 |
  flagBits.maskedHeaders;

export interface LocalHeader {
  readonly flags: number;
  readonly method: number;
  readonly crc32: number;
  readonly storedBytes: number;
  readonly sizeBytes: number;
  readonly nameBytes: number;
  readonly extraBytes: number;
}

/** The fixed part; null where no header stands. */
export function parseLocalHeader(given: Uint8Array): LocalHeader | null {
  const bytes = asBuffer(given);
  if (bytes.readUInt32LE(0) !== signature) return null;
  return {
    flags: bytes.readUInt16LE(6),
    method: bytes.readUInt16LE(8),
    crc32: bytes.readUInt32LE(14),
    storedBytes: bytes.readUInt32LE(18),
    sizeBytes: bytes.readUInt32LE(22),
    nameBytes: bytes.readUInt16LE(26),
    extraBytes: bytes.readUInt16LE(28),
  };
}

/** In what the local header differs from the directory; null when it agrees. `rest` is its name and extra field. */
export function contradiction(header: LocalHeader, given: Uint8Array, member: Member): string | null {
  const rest = asBuffer(given);
  const name = rest.subarray(0, header.nameBytes);
  if (!name.equals(Buffer.from(member.path, 'utf8')))
    return 'Its local header gives another name than the directory.';
  if (header.method !== (member.method === 'stored' ? 0 : 8))
    return `Its local header gives method ${header.method}, the directory ${member.method}.`;
  if ((header.flags ^ member.flags) & decisiveFlags)
    return `Its local header gives flags ${header.flags}, the directory ${member.flags}.`;
  const fields = parseExtra(rest.subarray(header.nameBytes));
  const stated = fields === null ? null : withZip64(header, zip64Sizes(fields));
  if (fields === null || stated === null) return 'Its local header has a broken extra field.';
  const other = otherName(fields, name);
  if (other !== null) return `Its local header gives a second name: "${printPath(other)}".`;
  const mayBeZero = (header.flags & flagBits.descriptor) !== 0;
  for (const field of ['crc32', 'storedBytes', 'sizeBytes'] as const) {
    if (stated[field] !== member[field] && !(mayBeZero && stated[field] === 0))
      return `Its local header gives ${field} ${stated[field]}, the directory ${member[field]}.`;
  }
  return null;
}

/** The sizes, where deferred taken from the zip64 field; null when that is broken, or says other than the header. */
function withZip64(header: LocalHeader, zip64: ReturnType<typeof zip64Sizes>): LocalHeader | null {
  if (zip64 === undefined) return header;
  if (zip64 === null) return null;
  const differs = (['sizeBytes', 'storedBytes'] as const).some(
    // Where a descriptor follows, a header that was written in one go has zeros in one place or the other.
    (field) => ![deferred, 0, zip64[field]].includes(header[field]) && zip64[field] !== 0,
  );
  if (differs) return null;
  const size = (field: 'sizeBytes' | 'storedBytes') =>
    header[field] === deferred ? zip64[field] : header[field];
  return { ...header, sizeBytes: size('sizeBytes'), storedBytes: size('storedBytes') };
}

/**
 * What stands between the data of a member and the next one. True when that is as it should be: nothing, or the
 * descriptor that the flags announce, in any of its four forms (with or without signature, 32 or 64 bits).
 */
export function isProperTail(given: Uint8Array, member: Member): boolean {
  const announced = (member.flags & flagBits.descriptor) !== 0;
  // An empty member loses nothing without a descriptor, and some programs leave it out.
  if (given.length === 0) return !announced || member.storedBytes === 0;
  if (!announced) return false;
  const bytes = asBuffer(given);
  return [
    descriptor(member, 4),
    descriptor(member, 8),
    Buffer.concat([Buffer.from('504b0708', 'hex'), descriptor(member, 4)]),
    Buffer.concat([Buffer.from('504b0708', 'hex'), descriptor(member, 8)]),
  ].some((form) => form.equals(bytes));
}

export const longestDescriptorBytes = 24;

function descriptor(member: Member, sizeWidth: 4 | 8): Buffer {
  const bytes = Buffer.alloc(4 + 2 * sizeWidth);
  bytes.writeUInt32LE(member.crc32, 0);
  if (sizeWidth === 8) {
    bytes.writeBigUInt64LE(BigInt(member.storedBytes), 4);
    bytes.writeBigUInt64LE(BigInt(member.sizeBytes), 12);
  } else {
    bytes.writeUInt32LE(member.storedBytes % 0x1_0000_0000, 4);
    bytes.writeUInt32LE(member.sizeBytes % 0x1_0000_0000, 8);
  }
  return bytes;
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
