// A tar writer that lies on request.

export interface TarMember {
  readonly name: string | Uint8Array;
  readonly content?: string | Uint8Array;
  /** `0` a file, `5` a folder, `2` a symbolic link …; `0` by default. */
  readonly type?: string;
  readonly linkTarget?: string;
  /** What the header says instead. */
  readonly sizeBytes?: number;
  readonly checksum?: number;
  /** `ustar` with POSIX's or GNU's version, or none at all. */
  readonly mark?: 'posix' | 'gnu' | 'none';
}

export function tarBytes(members: readonly TarMember[], end: Uint8Array = Buffer.alloc(1024)): Buffer {
  return Buffer.concat([...members.map(tarMember), end]);
}

/** Header and content, filled up to whole blocks. */
export function tarMember(member: TarMember): Buffer {
  const content = Buffer.from(member.content ?? '');
  const header = Buffer.alloc(512);
  header.set(Buffer.from(member.name).subarray(0, 100), 0);
  header.write('0000644\0', 100, 'latin1');
  header.write('0000000\0', 108, 'latin1');
  header.write('0000000\0', 116, 'latin1');
  const sizeBytes = member.sizeBytes ?? content.length;
  header.write(`${sizeBytes.toString(8).padStart(11, '0')}\0`, 124, 'latin1');
  header.write('00000000000\0', 136, 'latin1');
  header.write(' '.repeat(8), 148, 'latin1');
  header.write(member.type ?? '0', 156, 'latin1');
  header.write(member.linkTarget ?? '', 157, 'latin1');
  const marks = { posix: 'ustar\x0000', gnu: 'ustar  \0', none: '' };
  header.write(marks[member.mark ?? 'posix'], 257, 'latin1');
  const sum = member.checksum ?? header.reduce((a, b) => a + b, 0);
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
  return Buffer.concat([header, content, Buffer.alloc((512 - (content.length % 512)) % 512)]);
}

/** A record that describes the next member, or with `g` all that follow. */
export function paxRecord(fields: Readonly<Record<string, string>>, type: 'x' | 'g' = 'x'): TarMember {
  const lines = Object.entries(fields).map(([key, value]) => {
    const rest = ` ${key}=${value}\n`;
    const length = (digits: number): number => {
      const total = Buffer.byteLength(rest) + digits;
      return `${total}`.length === digits ? total : length(digits + 1);
    };
    return `${length(1)}${rest}`;
  });
  return { name: 'pax', type, content: lines.join('') };
}
