// A ZIP writer that lies on request: every field of every record can be set to what it should not be.
import { crc32, deflateRawSync } from 'node:zlib';

export interface ZipMember {
  readonly name: string | Uint8Array;
  /** What it holds; `stored` is made from it unless given. */
  readonly content?: string | Uint8Array;
  /** The bytes that stand in the archive. */
  readonly stored?: Uint8Array;
  /** 0 stored, 8 deflate; others only with `stored`. Default 8. */
  readonly method?: number;
  readonly flags?: number;
  readonly crc32?: number;
  readonly storedBytes?: number;
  readonly sizeBytes?: number;
  /** Unix mode with file type, such as 0o120777. */
  readonly mode?: number;
  /** What the local header says instead. */
  readonly local?: {
    readonly signature?: number;
    readonly name?: string | Uint8Array;
    readonly method?: number;
    readonly flags?: number;
    readonly crc32?: number;
    readonly storedBytes?: number;
    readonly sizeBytes?: number;
  };
  readonly localExtra?: Uint8Array;
  readonly extra?: Uint8Array;
  /** In the directory. */
  readonly comment?: string;
  /** Written behind the content; `true` makes a right one with signature. */
  readonly descriptor?: true | Uint8Array;
  /** Bytes that stand before its local header. */
  readonly before?: Uint8Array;
  /** Where the directory says that its local header is. */
  readonly headerOffset?: number;
  /** True: it has a record in the directory only. */
  readonly absent?: boolean;
}

export interface ZipLies {
  /** Stands before everything; the offsets count it unless `prefixUncounted`. */
  readonly prefix?: Uint8Array;
  readonly prefixUncounted?: boolean;
  readonly beforeDirectory?: Uint8Array;
  readonly afterDirectory?: Uint8Array;
  readonly trailing?: Uint8Array;
  readonly comment?: string;
  readonly entryCount?: number;
  readonly directoryStart?: number;
  readonly directoryBytes?: number;
  readonly disk?: number;
  /** The directory lists the members from the last to the first. */
  readonly isReversed?: boolean;
  /** Writes the zip64 records, with what the plain one defers, or states itself. */
  readonly zip64?: {
    readonly entryCount?: number;
    readonly plainEntryCount?: number;
    readonly recordStart?: number;
    /** How many volumes there are, and on which one the record is. */
    readonly disks?: number;
    readonly recordDisk?: number;
  };
}

export function zipBytes(members: readonly ZipMember[], lies: ZipLies = {}): Buffer {
  const parts: Uint8Array[] = [];
  let position = lies.prefixUncounted ? -(lies.prefix?.length ?? 0) : 0;
  const write = (...written: (Uint8Array | undefined)[]) => {
    for (const part of written) {
      if (part === undefined) continue;
      parts.push(part);
      position += part.length;
    }
  };
  write(lies.prefix);
  const directory: Buffer[] = [];
  for (const member of members) {
    write(member.before);
    const headerOffset = member.headerOffset ?? position;
    const fields = fieldsOf(member);
    if (!member.absent) write(localHeader(member, fields), fields.stored, descriptorOf(member, fields));
    directory.push(directoryRecord(member, fields, headerOffset));
  }
  if (lies.isReversed) directory.reverse();
  write(lies.beforeDirectory);
  const directoryStart = lies.directoryStart ?? position;
  write(...directory, lies.afterDirectory);
  const directoryBytes = lies.directoryBytes ?? Buffer.concat(directory).length;
  const entryCount = lies.entryCount ?? members.length;
  if (lies.zip64 !== undefined) {
    const recordStart = lies.zip64.recordStart ?? position;
    write(zip64Records({ entryCount, directoryStart, directoryBytes, ...lies.zip64, recordStart }));
  }
  write(endRecord({ entryCount, directoryStart, directoryBytes }, lies), lies.trailing);
  return Buffer.concat(parts);
}

interface Fields {
  readonly name: Buffer;
  readonly stored: Uint8Array;
  readonly method: number;
  readonly flags: number;
  readonly crc32: number;
  readonly storedBytes: number;
  readonly sizeBytes: number;
}

function fieldsOf(member: ZipMember): Fields {
  const content = Buffer.from(member.content ?? '');
  const method = member.method ?? (content.length === 0 ? 0 : 8);
  const stored = member.stored ?? (method === 8 ? deflateRawSync(content) : content);
  const name = Buffer.from(member.name);
  const isAscii = name.every((byte) => byte < 0x80);
  return {
    name,
    stored,
    method,
    flags: member.flags ?? (isAscii ? 0 : 0x0800) | (member.descriptor === undefined ? 0 : 0x0008),
    crc32: member.crc32 ?? crc32(content),
    storedBytes: member.storedBytes ?? stored.length,
    sizeBytes: member.sizeBytes ?? content.length,
  };
}

function localHeader(member: ZipMember, fields: Fields): Buffer {
  const deferred = member.descriptor === undefined ? {} : { crc32: 0, storedBytes: 0, sizeBytes: 0 };
  const local = { ...fields, ...deferred, ...member.local };
  const name = Buffer.from(local.name);
  const extra = member.localExtra ?? Buffer.alloc(0);
  const header = Buffer.alloc(30);
  header.writeUInt32LE(member.local?.signature ?? 0x04034b50, 0);
  header.writeUInt16LE(20, 4);
  header.writeUInt16LE(local.flags, 6);
  header.writeUInt16LE(local.method, 8);
  header.writeUInt32LE(local.crc32, 14);
  header.writeUInt32LE(local.storedBytes, 18);
  header.writeUInt32LE(local.sizeBytes, 22);
  header.writeUInt16LE(name.length, 26);
  header.writeUInt16LE(extra.length, 28);
  return Buffer.concat([header, name, extra]);
}

function descriptorOf(member: ZipMember, fields: Fields): Uint8Array {
  if (member.descriptor !== true) return member.descriptor ?? Buffer.alloc(0);
  return descriptor(fields, { signed: true, wide: false });
}

export function descriptor(
  fields: { readonly crc32: number; readonly storedBytes: number; readonly sizeBytes: number },
  form: { signed: boolean; wide: boolean },
): Buffer {
  const sizes = Buffer.alloc(form.wide ? 16 : 8);
  if (form.wide) {
    sizes.writeBigUInt64LE(BigInt(fields.storedBytes), 0);
    sizes.writeBigUInt64LE(BigInt(fields.sizeBytes), 8);
  } else {
    sizes.writeUInt32LE(fields.storedBytes, 0);
    sizes.writeUInt32LE(fields.sizeBytes, 4);
  }
  const crc = Buffer.alloc(4);
  crc.writeUInt32LE(fields.crc32);
  return Buffer.concat([Buffer.from(form.signed ? 'PK\x07\x08' : '', 'latin1'), crc, sizes]);
}

function directoryRecord(member: ZipMember, fields: Fields, headerOffset: number): Buffer {
  const extra = member.extra ?? Buffer.alloc(0);
  const comment = Buffer.from(member.comment ?? '');
  const record = Buffer.alloc(46);
  record.writeUInt32LE(0x02014b50, 0);
  record.writeUInt16LE((3 << 8) | 20, 4);
  record.writeUInt16LE(20, 6);
  record.writeUInt16LE(fields.flags, 8);
  record.writeUInt16LE(fields.method, 10);
  record.writeUInt32LE(fields.crc32, 16);
  record.writeUInt32LE(fields.storedBytes, 20);
  record.writeUInt32LE(fields.sizeBytes, 24);
  record.writeUInt16LE(fields.name.length, 28);
  record.writeUInt16LE(extra.length, 30);
  record.writeUInt16LE(comment.length, 32);
  record.writeUInt32LE(((member.mode ?? 0) << 16) >>> 0, 38);
  record.writeUInt32LE(headerOffset, 42);
  return Buffer.concat([record, fields.name, extra, comment]);
}

interface Totals {
  readonly entryCount: number;
  readonly directoryStart: number;
  readonly directoryBytes: number;
}

function zip64Records(totals: Totals & { recordStart: number; disks?: number; recordDisk?: number }): Buffer {
  const record = Buffer.alloc(56);
  record.writeUInt32LE(0x06064b50, 0);
  record.writeBigUInt64LE(44n, 4);
  record.writeBigUInt64LE(BigInt(totals.entryCount), 24);
  record.writeBigUInt64LE(BigInt(totals.entryCount), 32);
  record.writeBigUInt64LE(BigInt(totals.directoryBytes), 40);
  record.writeBigUInt64LE(BigInt(totals.directoryStart), 48);
  const locator = Buffer.alloc(20);
  locator.writeUInt32LE(0x07064b50, 0);
  locator.writeBigUInt64LE(BigInt(totals.recordStart), 8);
  locator.writeUInt32LE(totals.recordDisk ?? 0, 4);
  locator.writeUInt32LE(totals.disks ?? 1, 16);
  return Buffer.concat([record, locator]);
}

function endRecord(totals: Totals, lies: ZipLies): Buffer {
  const comment = Buffer.from(lies.comment ?? '');
  const isZip64 = lies.zip64 !== undefined;
  const entryCount = lies.zip64?.plainEntryCount ?? (isZip64 ? 0xffff : totals.entryCount);
  const record = Buffer.alloc(22);
  record.writeUInt32LE(0x06054b50, 0);
  record.writeUInt16LE(lies.disk ?? 0, 4);
  record.writeUInt16LE(entryCount, 8);
  record.writeUInt16LE(entryCount, 10);
  record.writeUInt32LE(isZip64 ? 0xffffffff : totals.directoryBytes, 12);
  record.writeUInt32LE(isZip64 ? 0xffffffff : totals.directoryStart, 16);
  record.writeUInt16LE(comment.length, 20);
  return Buffer.concat([record, comment]);
}

/** An extra field as headers carry it. */
export function extraField(id: number, data: Uint8Array): Buffer {
  const head = Buffer.alloc(4);
  head.writeUInt16LE(id, 0);
  head.writeUInt16LE(data.length, 2);
  return Buffer.concat([head, data]);
}
