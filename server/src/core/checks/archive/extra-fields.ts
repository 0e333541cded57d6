// Extra fields (APPNOTE 4.5), which stand in the directory and in local headers: what they say besides the record itself
// must not contradict it, since some programs go by them.
import type { Member } from './member.ts';

interface ExtraField {
  readonly id: number;
  readonly data: Buffer;
}

/** Null when a field is longer than what is there. Up to 3 bytes that are no field fill up to a boundary. */
export function parseExtra(bytes: Uint8Array): ExtraField[] | null {
  const extra = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const fields: ExtraField[] = [];
  for (let at = 0; at + 4 <= extra.length; ) {
    const end = at + 4 + extra.readUInt16LE(at + 2);
    if (end > extra.length) return null;
    fields.push({ id: extra.readUInt16LE(at), data: extra.subarray(at + 4, end) });
    at = end;
  }
  return fields;
}

const ids = { zip64: 0x0001, unicodePath: 0x7075, pkwareUnix: 0x000d, asiUnix: 0x756e } as const;

/**
 * Another name that a field gives (Info-ZIP Unicode Path, APPNOTE 4.6.9: version, CRC of the plain name, UTF-8 name); null
 * when none does. Whether a program takes it for valid depends on the program.
 */
export function otherName(fields: readonly ExtraField[], nameBytes: Uint8Array): string | null {
  const other = fields.find(({ id, data }) => id === ids.unicodePath && !data.subarray(5).equals(nameBytes));
  return other === undefined ? null : other.data.toString('utf8', 5);
}

/** True when a field of the directory gives sizes or a place that differ from the member's. */
export function contradictsZip64(
  fields: readonly ExtraField[],
  member: Pick<Member, 'sizeBytes' | 'storedBytes' | 'headerOffset'>,
): boolean {
  const zip64 = fields.filter(({ id }) => id === ids.zip64);
  if (zip64.length === 0) return false;
  const values = [member.sizeBytes, member.storedBytes, member.headerOffset].map((value) => {
    const bytes = Buffer.alloc(8);
    bytes.writeBigUInt64LE(BigInt(value));
    return bytes;
  });
  // It holds those that the record has no room for, in this order; some programs write all.
  const forms = [0, 1, 2, 3, 4, 5, 6, 7].flatMap((chosen) => {
    const held = Buffer.concat(values.filter((_, i) => (chosen >> i) & 1));
    return [held, Buffer.concat([held, Buffer.alloc(4)])];
  });
  return zip64.length > 1 || zip64.some(({ data }) => !forms.some((form) => form.equals(data)));
}

/** The sizes of a zip64 field in a local header, where both must stand; undefined without one. */
export function zip64Sizes(
  fields: readonly ExtraField[],
): { sizeBytes: number; storedBytes: number } | null | undefined {
  const [zip64, second] = fields.filter(({ id }) => id === ids.zip64);
  if (zip64 === undefined) return undefined;
  if (second !== undefined || zip64.data.length < 16) return null;
  return {
    sizeBytes: Number(zip64.data.readBigUInt64LE(0)),
    storedBytes: Number(zip64.data.readBigUInt64LE(8)),
  };
}

/** What a field of Unix says that is no regular file or folder; null when none does. */
export function specialByExtra(fields: readonly ExtraField[]): string | null {
  for (const { id, data } of fields) {
    // Times and owner, then the target of a link or the number of a device.
    if (id === ids.pkwareUnix && data.length > 12) return 'a link or a device';
    if (id !== ids.asiUnix || data.length < 14) continue;
    const type = data.readUInt16LE(4) & 0o170000;
    if (data.length > 14 || (type !== 0 && type !== 0o100000 && type !== 0o040000))
      return 'a link or a device';
  }
  return null;
}
