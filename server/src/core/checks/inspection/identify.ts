// What a file is, told by its content alone: a name is what a publisher says, a loader goes by the bytes.
import { opcodes } from '../pickle/opcodes.ts';

export const containerTypes = [
  'zip',
  'tar',
  'gzip',
  'bzip2',
  'xz',
  'lzma',
  'zstd',
  'lz4',
  'zlib',
  '7z',
  'rar',
] as const;
export type ContainerType = (typeof containerTypes)[number];

export type FileType =
  | ContainerType
  | 'pickle'
  | 'npy'
  | 'safetensors'
  | 'gguf'
  | 'hdf5'
  | 'parquet'
  | 'arrow'
  | 'tflite'
  | 'elf'
  | 'pe'
  | 'mach-o'
  | 'java-class'
  | 'wasm'
  | 'pdf'
  | 'sqlite'
  | 'json'
  | 'text'
  /** Nothing that is known: weights without a header, protocol buffers, random bytes. */
  | 'data';

type Recognizer = (head: Uint8Array, sizeBytes: number) => boolean;

const begins = (...bytes: number[]) => at(0, ...bytes);
const at =
  (offset: number, ...bytes: number[]): Recognizer =>
  (head) =>
    bytes.every((byte, i) => head[offset + i] === byte);
const ascii = (text: string) => [...Buffer.from(text, 'latin1')];

/** In this order: the more specific before what would fit as well. */
const recognizers: readonly (readonly [FileType, Recognizer])[] = [
  ['zip', begins(0x50, 0x4b, 0x03, 0x04)],
  ['zip', begins(0x50, 0x4b, 0x05, 0x06)],
  ['gzip', begins(0x1f, 0x8b)],
  ['bzip2', isBzip2],
  ['xz', begins(0xfd, ...ascii('7zXZ'), 0)],
  ['zstd', begins(0x28, 0xb5, 0x2f, 0xfd)],
  // A frame to be skipped, of which those of LZ4 look the same.
  ['zstd', (head) => at(1, 0x2a, 0x4d, 0x18)(head, 0) && ((head[0] ?? 0) & 0xf0) === 0x50],
  ['lz4', begins(0x04, 0x22, 0x4d, 0x18)],
  // As LZ4 was before it had frames.
  ['lz4', begins(0x02, 0x21, 0x4c, 0x18)],
  ['7z', begins(...ascii('7z'), 0xbc, 0xaf, 0x27, 0x1c)],
  ['rar', begins(...ascii('Rar!'), 0x1a, 0x07)],
  ['tar', at(257, ...ascii('ustar'))],
  ['tar', isOldTar],
  ['npy', begins(0x93, ...ascii('NUMPY'))],
  ['gguf', begins(...ascii('GGUF'))],
  ['hdf5', begins(0x89, ...ascii('HDF'), 0x0d, 0x0a, 0x1a, 0x0a)],
  ['parquet', begins(...ascii('PAR1'))],
  ['arrow', begins(...ascii('ARROW1'))],
  ['tflite', at(4, ...ascii('TFL3'))],
  ['elf', begins(0x7f, ...ascii('ELF'))],
  ['pe', isPortableExecutable],
  ['mach-o', isMachO],
  ['java-class', begins(0xca, 0xfe, 0xba, 0xbe)],
  ['wasm', begins(0x00, ...ascii('asm'))],
  ['pdf', begins(...ascii('%PDF-'))],
  ['sqlite', begins(...ascii('SQLite format 3'), 0)],
  ['safetensors', isSafetensors],
  ['pickle', isPickle],
  ['zlib', isZlib],
  ['lzma', isLzma],
  ['json', (head) => looksLikeText(head) && /^\s*[{[]/.test(latin1(head))],
  ['text', looksLikeText],
];

/** `head`: the first bytes of the file, at least 512 unless it is shorter. */
export function identify(head: Uint8Array, sizeBytes: number): FileType {
  return recognizers.find(([, recognizes]) => recognizes(head, sizeBytes))?.[0] ?? 'data';
}

const containerRecognizers = recognizers.filter((entry): entry is readonly [ContainerType, Recognizer] =>
  isContainer(entry[0]),
);

/** Everything that a file may be opened as, the surest first: a program may take it for the second as well. */
export function containerTypesOf(head: Uint8Array, sizeBytes: number): ContainerType[] {
  const types = containerRecognizers.filter(([, recognizes]) => recognizes(head, sizeBytes));
  return [...new Set(types.map(([type]) => type))];
}

/** The marks of these are so short that other files, texts among them, begin with them too. */
export function isUnsure(type: ContainerType): boolean {
  return type === 'zlib' || type === 'lzma';
}

export function isContainer(type: FileType): type is ContainerType {
  return (containerTypes as readonly string[]).includes(type);
}

/** A level, then the mark of a block or of the end. */
function isBzip2(head: Uint8Array): boolean {
  const [level = 0] = head.subarray(3, 4);
  const isEmpty = at(4, 0x17, 0x72, 0x45, 0x38, 0x50, 0x90)(head, 0);
  return (
    begins(...ascii('BZh'))(head, 0) &&
    level >= 0x31 &&
    level <= 0x39 &&
    (isEmpty || at(4, 0x31, 0x41, 0x59, 0x26, 0x53, 0x59)(head, 0))
  );
}

/** A header that has no mark, as tar wrote it before 1988, and still reads: by its check sum. */
function isOldTar(head: Uint8Array): boolean {
  return head.length >= 512 && hasTarChecksum(head);
}

/** Whether the sum that stands in a header of tar is that of its bytes, signed or unsigned. */
export function hasTarChecksum(header: Uint8Array): boolean {
  const stated = /^ *([0-7]{1,8})[ \0]*$/.exec(latin1(header.subarray(148, 156)))?.[1];
  if (stated === undefined) return false;
  let unsigned = 0;
  let signed = 0;
  for (let i = 0; i < 512; i++) {
    const byte = i >= 148 && i < 156 ? 0x20 : (header[i] ?? 0);
    unsigned += byte;
    signed += byte < 0x80 ? byte : byte - 0x100;
  }
  return [unsigned, signed].includes(Number.parseInt(stated, 8));
}

/** `MZ`, and where it says so a `PE` header. */
function isPortableExecutable(head: Uint8Array): boolean {
  if (head[0] !== 0x4d || head[1] !== 0x5a || head.length < 64) return false;
  const header = new DataView(head.buffer, head.byteOffset).getUint32(60, true);
  return header + 4 > head.length || at(header, 0x50, 0x45, 0, 0)(head, 0);
}

/** 32 and 64 bits in both byte orders; a universal binary holds few architectures, where a Java class has its version. */
function isMachO(head: Uint8Array): boolean {
  if (begins(0xca, 0xfe, 0xba, 0xbe)(head, 0))
    return head.length >= 8 && (head[7] ?? 0) < 20 && head[4] === 0;
  return [
    [0xfe, 0xed, 0xfa, 0xce],
    [0xfe, 0xed, 0xfa, 0xcf],
    [0xce, 0xfa, 0xed, 0xfe],
    [0xcf, 0xfa, 0xed, 0xfe],
  ].some((magic) => begins(...magic)(head, 0));
}

/** The length of a JSON header in 8 bytes, then that header. */
function isSafetensors(head: Uint8Array, sizeBytes: number): boolean {
  if (head.length < 9 || head[8] !== 0x7b) return false;
  const headerBytes = new DataView(head.buffer, head.byteOffset).getBigUint64(0, true);
  return headerBytes >= 2n && headerBytes <= BigInt(Math.max(0, sizeBytes - 8));
}

/** Protocol 2 and later tell themselves; what is of 0 or 1 may as well be a text. */
function isPickle(head: Uint8Array): boolean {
  return head[0] === 0x80 && (head[1] ?? 0xff) <= 5 && opcodes[head[2] ?? 0xff] !== undefined;
}

/** A header by RFC 1950: deflate, a window of at most 32 KiB, and a check that comes out even. */
function isZlib(head: Uint8Array): boolean {
  const [first = 0, second = 0] = head;
  return head.length > 6 && first === 0x78 && ((first << 8) | second) % 31 === 0 && (second & 0x20) === 0;
}

/**
 * LZMA as it was before xz: properties, a dictionary, a size or none, and a first byte that is always 0. Python takes for it
 * what begins with the usual properties, or has a dictionary of a usual size.
 */
function isLzma(head: Uint8Array): boolean {
  const hasNoSize = head.subarray(5, 13).every((byte) => byte === 0xff);
  const hasSize = head.subarray(10, 13).every((byte) => byte === 0);
  const holdsNothing = head.subarray(5, 13).every((byte) => byte === 0);
  if (head.length <= 13 || head[13] !== 0 || !(hasNoSize || hasSize) || holdsNothing) return false;
  return begins(0x5d, 0)(head, 0) || hasUsualDictionary(head);
}

/** A power of two, or one and a half of one, behind properties that there are. */
function hasUsualDictionary(head: Uint8Array): boolean {
  const [properties = 0xff] = head;
  const dictionary = new DataView(head.buffer, head.byteOffset).getUint32(1, true);
  const powers = [dictionary, dictionary / 3].map(Math.log2);
  const isUsual = dictionary === 0 || powers.some(Number.isInteger);
  return properties < 225 && (isUsual || dictionary === 0xffff_ffff);
}

export function looksLikeText(head: Uint8Array): boolean {
  if (head.length === 0) return true;
  // A character may be cut at the end of the head.
  for (let cut = 0; cut < 4; cut++) {
    if (isUtf8(head.subarray(0, head.length - cut)))
      return head.every((byte) => byte >= 0x20 || isSpace(byte));
  }
  return false;
}

const decoder = new TextDecoder('utf-8', { fatal: true });

function isUtf8(bytes: Uint8Array): boolean {
  try {
    decoder.decode(bytes);
    return true;
  } catch {
    return false;
  }
}

/** Tab to carriage return, and escape, which terminals' texts have. */
function isSpace(byte: number): boolean {
  return (byte >= 0x08 && byte <= 0x0d) || byte === 0x1b;
}

function latin1(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1');
}
