// What a file is, told by its content alone: a name is what a publisher says, a loader goes by the bytes.
import { opcodes } from '../pickle/opcodes.ts';

export const containerTypes = [
  'zip',
  'tar',
  'gzip',
  'bzip2',
  'xz',
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
  ['bzip2', (head) => begins(...ascii('BZh'))(head, 0) && (head[3] ?? 0) >= 0x31 && (head[3] ?? 0) <= 0x39],
  ['xz', begins(0xfd, ...ascii('7zXZ'), 0)],
  ['zstd', begins(0x28, 0xb5, 0x2f, 0xfd)],
  ['lz4', begins(0x04, 0x22, 0x4d, 0x18)],
  ['7z', begins(...ascii('7z'), 0xbc, 0xaf, 0x27, 0x1c)],
  ['rar', begins(...ascii('Rar!'), 0x1a, 0x07)],
  ['tar', at(257, ...ascii('ustar'))],
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
  ['json', (head) => isText(head) && /^\s*[{[]/.test(latin1(head))],
  ['text', isText],
];

/** `head`: the first bytes of the file, at least 512 unless it is shorter. */
export function identify(head: Uint8Array, sizeBytes: number): FileType {
  return recognizers.find(([, recognizes]) => recognizes(head, sizeBytes))?.[0] ?? 'data';
}

export function isContainer(type: FileType): type is ContainerType {
  return (containerTypes as readonly string[]).includes(type);
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

function isText(head: Uint8Array): boolean {
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
