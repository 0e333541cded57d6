/** A member whose directory record holds no offence against reading it: what the threads hand around. */
export interface Member {
  readonly path: string;
  readonly flags: number;
  readonly method: 'stored' | 'deflate';
  readonly crc32: number;
  readonly storedBytes: number;
  readonly sizeBytes: number;
  readonly headerOffset: number;
  /** Where the next member, or the directory, begins: it must fill the space until there. */
  readonly end: number;
}

export const flagBits = {
  encrypted: 0x0001,
  /** CRC and sizes follow the data. */
  descriptor: 0x0008,
  stronglyEncrypted: 0x0040,
  utf8: 0x0800,
  maskedHeaders: 0x2000,
} as const;

/** True for a folder entry, by the name that every program goes by. */
export function isFolder(member: { readonly path: string }): boolean {
  return member.path.endsWith('/');
}
