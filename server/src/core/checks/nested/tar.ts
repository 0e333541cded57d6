// Tar archives, in the forms that programs write today: ustar and pax (POSIX.1-2017, pax), and GNU's. Strict, so that it does
// not see other files than the program that unpacks: what it does not know ends the walk.
//
//   header (512) │ content, filled up to 512 │ header │ … │ two or more blocks of zeros
import { ByteWindow } from '../byte-window.ts';
import type { ByteSource } from '../check.ts';
import { hasTarChecksum } from '../inspection/identify.ts';

export interface TarEntry {
  readonly name: string;
  /** False when the name is not UTF-8. */
  readonly isUtf8: boolean;
  readonly kind: 'file' | 'folder' | 'hard link' | 'symbolic link' | 'device' | 'pipe';
  /** Where its header, and its content, begins. */
  readonly headerOffset: number;
  readonly start: number;
  readonly sizeBytes: number;
}

/** What cannot be gone on from; `offset` is where. */
export class TarError extends Error {
  readonly offset: number;

  constructor(message: string, offset: number) {
    super(message);
    this.offset = offset;
  }
}

const blockBytes = 512;
const windowBytes = 64 * 1024;
/** Of a record that describes the next member: far above every path there is. */
const longestRecordBytes = 1024 * 1024;

const kinds: ReadonlyMap<string, TarEntry['kind']> = new Map([
  ['0', 'file'],
  ['\0', 'file'],
  ['7', 'file'],
  ['1', 'hard link'],
  ['2', 'symbolic link'],
  ['3', 'device'],
  ['4', 'device'],
  ['5', 'folder'],
  ['6', 'pipe'],
]);

/** What records before a member say of it. */
interface Described {
  name?: Buffer;
  sizeBytes?: number;
}

/**
 * The members in order. The source may be read by others between two of them. Throws a `TarError` where the archive is
 * broken, is of a kind that is not known, or has something behind its end.
 */
export async function* walkTar(source: ByteSource): AsyncGenerator<TarEntry> {
  const window = new ByteWindow(source, windowBytes);
  let everywhere: Described = {};
  let next: Described = {};
  let position = 0;
  while (position < source.sizeBytes) {
    if (position + blockBytes > source.sizeBytes) throw new TarError('it is cut off', position);
    const block = Buffer.from(await window.read(position, blockBytes));
    if (block.every((byte) => byte === 0)) {
      await requireZeros(window, position);
      return;
    }
    const header = parseHeader(block, position);
    const start = position + blockBytes;
    const isRecord = 'xgLK'.includes(header.type);
    const sizeBytes = isRecord
      ? header.sizeBytes
      : (next.sizeBytes ?? everywhere.sizeBytes ?? header.sizeBytes);
    if (start + sizeBytes > source.sizeBytes) throw new TarError('a member is cut off', position);
    if (isRecord) {
      if (sizeBytes > longestRecordBytes) throw new TarError('a record is too long', position);
      const record = Buffer.from(await window.read(start, sizeBytes));
      if (header.type === 'g') everywhere = { ...everywhere, ...readPax(record, position) };
      else if (header.type === 'x') next = { ...next, ...readPax(record, position) };
      else if (header.type === 'L') next = { ...next, name: untilNul(record) };
    } else if (header.type !== 'V') {
      yield member(header, { ...everywhere, ...next }, { position, start, sizeBytes });
      window.forget();
      next = {};
    }
    position = start + Math.ceil(sizeBytes / blockBytes) * blockBytes;
  }
}

interface Header {
  readonly name: Buffer;
  readonly type: string;
  readonly sizeBytes: number;
}

function parseHeader(block: Buffer, offset: number): Header {
  if (!hasTarChecksum(block)) throw new TarError('a header has a wrong check sum', offset);
  const isPosix = block.toString('latin1', 257, 263) === 'ustar\0';
  const [name, prefix] = [untilNul(block.subarray(0, 100)), untilNul(block.subarray(345, 500))];
  const slash = Buffer.from('/');
  return {
    name: isPosix && prefix.length > 0 ? Buffer.concat([prefix, slash, name]) : name,
    type: String.fromCharCode(block.readUInt8(156)),
    sizeBytes: parseSize(block.subarray(124, 136), offset),
  };
}

function member(
  header: Header,
  described: Described,
  place: { readonly position: number; readonly start: number; readonly sizeBytes: number },
): TarEntry {
  const { position, start, sizeBytes } = place;
  const kind = kinds.get(header.type);
  if (kind === undefined)
    throw new TarError(
      `a member is of the type ${JSON.stringify(header.type)}, which is not known`,
      position,
    );
  // Programs disagree whether content stands behind what can have none.
  if (kind !== 'file' && sizeBytes > 0) throw new TarError(`a ${kind} has content`, position);
  const raw = described.name ?? header.name;
  const name = raw.toString('utf8');
  return {
    name,
    isUtf8: Buffer.from(name).equals(raw),
    // As tar marked folders before it had types.
    kind: kind === 'file' && name.endsWith('/') && sizeBytes === 0 ? 'folder' : kind,
    headerOffset: position,
    start,
    sizeBytes,
  };
}

/** Octal digits, or as GNU writes large ones, 0x80 and the number itself. */
function parseSize(field: Buffer, offset: number): number {
  if (field.readUInt8(0) === 0x80 && field.readUInt32BE(0) === 0x80000000) {
    const size = Number(field.readBigUInt64BE(4));
    if (Number.isSafeInteger(size)) return size;
  }
  const digits = /^ *([0-7]*)[ \0]*$/.exec(field.toString('latin1'))?.[1];
  if (digits === undefined) throw new TarError('a header has a size that is no number', offset);
  return digits === '' ? 0 : Number.parseInt(digits, 8);
}

/** Records of the form `<length> <key>=<value>\n`. */
function readPax(record: Buffer, offset: number): Described {
  const described: Described = {};
  for (let at = 0; at < record.length; ) {
    const space = record.indexOf(0x20, at);
    const digits = space < 0 ? '' : record.toString('latin1', at, space);
    const end = at + Number(digits);
    const equals = record.indexOf(0x3d, space);
    if (!/^[1-9][0-9]{0,6}$/.test(digits) || end > record.length || equals < 0 || equals >= end)
      throw new TarError('a pax record is broken', offset);
    if (record[end - 1] !== 0x0a) throw new TarError('a pax record is broken', offset);
    const key = record.toString('utf8', space + 1, equals);
    const value = record.subarray(equals + 1, end - 1);
    if (key.startsWith('GNU.sparse.')) throw new TarError('a member has holes', offset);
    if (key === 'path') described.name = value;
    if (key === 'size') {
      if (!/^[0-9]{1,15}$/.test(value.toString('latin1')))
        throw new TarError('a pax record is broken', offset);
      described.sizeBytes = Number(value.toString('latin1'));
    }
    at = end;
  }
  return described;
}

/** Programs end at the first, or the second, block of zeros, or go on behind them. */
async function requireZeros(window: ByteWindow, from: number): Promise<void> {
  for (let position = from; position < window.sizeBytes; ) {
    const bytes = await window.readSome(position, windowBytes);
    const other = bytes.findIndex((byte) => byte !== 0);
    if (other >= 0) throw new TarError('something stands behind its end', position + other);
    position += bytes.length;
  }
}

function untilNul(bytes: Buffer): Buffer {
  const end = bytes.indexOf(0);
  return end < 0 ? bytes : bytes.subarray(0, end);
}
