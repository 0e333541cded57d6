// The header that stands before a member's bytes, and the descriptor that may stand behind them (APPNOTE 4.3.7,
// 4.3.9). Programs that stream an archive go by these alone; so they must say what the directory says.
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
  const stated = withZip64(header, rest.subarray(header.nameBytes));
  if (stated === null) return 'Its local header has a broken extra field.';
  const mayBeZero = (header.flags & flagBits.descriptor) !== 0;
  for (const field of ['crc32', 'storedBytes', 'sizeBytes'] as const) {
    if (stated[field] !== member[field] && !(mayBeZero && stated[field] === 0))
      return `Its local header gives ${field} ${stated[field]}, the directory ${member[field]}.`;
  }
  return null;
}

/** The sizes, where deferred to the zip64 extra field taken from there; null when that is broken. */
function withZip64(header: LocalHeader, extra: Buffer): LocalHeader | null {
  if (header.storedBytes !== deferred && header.sizeBytes !== deferred) return header;
  for (let at = 0; at + 4 <= extra.length; ) {
    const length = extra.readUInt16LE(at + 2);
    const data = extra.subarray(at + 4, at + 4 + length);
    if (data.length < length) return null;
    // In a local header both sizes must be there (APPNOTE 4.5.3).
    if (extra.readUInt16LE(at) === 1) {
      if (length < 16) return null;
      return {
        ...header,
        sizeBytes: Number(data.readBigUInt64LE(0)),
        storedBytes: Number(data.readBigUInt64LE(8)),
      };
    }
    at += 4 + length;
  }
  return header;
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
