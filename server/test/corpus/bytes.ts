// Formats written byte by byte, so that every field can be wrong.

export interface Sample {
  /** The file's path in its package; what makes the sample special stands before it in parentheses. */
  readonly title: string;
  readonly path: string;
  readonly bytes: Buffer;
  readonly kind?: 'model' | 'dataset' | 'code';
}

export const sample = (
  title: string,
  path: string,
  bytes: Uint8Array | string,
  kind?: Sample['kind'],
): Sample => ({
  title,
  path,
  bytes: Buffer.from(bytes as Uint8Array),
  ...(kind !== undefined && { kind }),
});

export function u32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}

export function u64(value: number | bigint): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(BigInt(value));
  return bytes;
}

export const join = (...parts: readonly (Uint8Array | string)[]): Buffer =>
  Buffer.concat(parts.map((part) => Buffer.from(part as Uint8Array)));

/** A protocol buffer's varint. */
export function varint(value: number): Buffer {
  const bytes: number[] = [];
  for (; value >= 0x80; value = Math.floor(value / 128)) bytes.push((value % 128) | 0x80);
  return Buffer.from([...bytes, value]);
}

export type Field = readonly [number: number, value: number | string | Uint8Array];

/** A protocol buffer's fields: numbers as varints, everything else by length. */
export function message(...fields: readonly Field[]): Buffer {
  return join(
    ...fields.map(([number, value]) => {
      if (typeof value === 'number') return join(varint(number * 8), varint(value));
      const bytes = Buffer.from(value as Uint8Array);
      return join(varint(number * 8 + 2), varint(bytes.length), bytes);
    }),
  );
}

export function safetensors(header: unknown, dataBytes: number, headerText = JSON.stringify(header)): Buffer {
  return join(u64(Buffer.byteLength(headerText)), headerText, Buffer.alloc(dataBytes, 1));
}

const ggufText = (text: string) => join(u64(Buffer.byteLength(text)), text);

export interface GgufParts {
  readonly version?: number;
  readonly tensorCount?: number;
  readonly pairs?: readonly (readonly [key: string, type: number, value: Uint8Array])[];
  readonly tensors?: readonly (readonly [
    name: string,
    shape: readonly number[],
    type: number,
    offset: number,
  ])[];
  readonly dataBytes?: number;
}

export function gguf({
  version = 3,
  pairs = [],
  tensors = [],
  tensorCount,
  dataBytes = 0,
}: GgufParts): Buffer {
  const head = join(
    'GGUF',
    u32(version),
    u64(tensorCount ?? tensors.length),
    u64(pairs.length),
    ...pairs.flatMap(([key, type, value]) => [ggufText(key), u32(type), value]),
    ...tensors.flatMap(([name, shape, type, offset]) => [
      join(ggufText(name), u32(shape.length), ...shape.map(u64), u32(type), u64(offset)),
    ]),
  );
  return join(head, Buffer.alloc((32 - (head.length % 32)) % 32), Buffer.alloc(dataBytes, 2));
}

export const ggufString = (key: string, text: string) => [key, 8, ggufText(text)] as const;

export function npy(header: string, data: Uint8Array, version = 1): Buffer {
  const padded = `${header.padEnd(117)}\n`;
  const length = Buffer.alloc(version === 1 ? 2 : 4);
  length.writeUIntLE(padded.length, 0, length.length);
  return join(Buffer.from('\x93NUMPY', 'latin1'), Buffer.of(version, 0), length, padded, data);
}

/** A model of TensorFlow Lite with one table of operators; `custom` of each, null for a built-in one. */
export function tflite(custom: readonly (string | null)[]): Buffer {
  // root offset, magic, virtual table of the model, the model, the vector, then virtual table, table and text of each.
  const parts: Buffer[] = [u32(16), Buffer.from('TFL3')];
  const short = (...values: number[]) => Buffer.concat(values.map((value) => u32(value).subarray(0, 2)));
  parts.push(short(8, 12, 4, 8));
  const vectorAt = 16 + 12;
  parts.push(u32(8), u32(3), u32(vectorAt - 24));
  const tables: Buffer[] = [];
  const vector: Buffer[] = [u32(custom.length)];
  let at = vectorAt + 4 + custom.length * 4;
  for (const [i, name] of custom.entries()) {
    const virtual = short(8, 8, 0, name === null ? 0 : 4);
    const text = join(u32(name?.length ?? 0), name ?? '', Buffer.alloc(4 - ((name?.length ?? 0) % 4)));
    const table = join(u32(8), u32(4));
    vector.push(u32(at + 8 - (vectorAt + 4 + i * 4)));
    tables.push(join(virtual, table, text));
    at += 16 + text.length;
  }
  return join(...parts, ...vector, ...tables);
}

export function parquet(
  footer: Uint8Array | string,
  { lengthBytes = Buffer.byteLength(footer), end = 'PAR1' } = {},
): Buffer {
  return join('PAR1', Buffer.alloc(40), footer, u32(lengthBytes), end);
}

export function arrow(
  footer: Uint8Array | string,
  { lengthBytes = Buffer.byteLength(footer), end = 'ARROW1' } = {},
): Buffer {
  return join('ARROW1\0\0', Buffer.alloc(40), footer, u32(lengthBytes), end);
}

export const hdf5 = (...texts: readonly string[]): Buffer =>
  join(Buffer.from('\x89HDF\r\n\x1a\n', 'latin1'), Buffer.alloc(600), ...texts, Buffer.alloc(300));
