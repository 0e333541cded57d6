// LZ4 frames (lz4_Frame_format.md and lz4_Block_format.md of the LZ4 project, version 1.6). Read here because no library
// on npm expands them piece by piece. The checksums are not compared: what a wrong one says of the bytes matters to whoever
// wants them back, not to whoever looks for harm in them.
import { CompressionError } from '../../core/checks/index.ts';
import type { CompressedInput, Sink } from './compressed-input.ts';

const frameMagic = 0x184d2204;
const skippableMagic = 0x184d2a50;
const windowBytes = 64 * 1024;
const blockSizes: readonly (number | undefined)[] = [
  ...[undefined, undefined, undefined, undefined],
  ...[64, 256, 1024, 4096].map((kib) => kib * 1024),
];
const flags = { version: 0xc0, independent: 0x20, blockSum: 0x10, size: 0x08, sum: 0x04, dictionary: 0x01 };

/** One frame, or one that is to be skipped. */
export async function expandLz4(input: CompressedInput, sink: Sink): Promise<void> {
  const magic = (await input.exactly(4)).readUInt32LE(0);
  if ((magic & 0xfffffff0) >>> 0 === skippableMagic) {
    const length = (await input.exactly(4)).readUInt32LE(0);
    return input.skip(length);
  }
  if (magic !== frameMagic) throw new CompressionError('it is of a kind that is not known');
  const [flag = 0, block = 0] = await input.exactly(2);
  const blockBytes = blockSizes[(block >> 4) & 7];
  if ((flag & flags.version) !== 0x40 || blockBytes === undefined)
    throw new CompressionError('it is of a kind that is not known');
  if (flag & flags.dictionary) throw new CompressionError('it needs a dictionary that is not in it');
  await input.exactly((flag & flags.size ? 8 : 0) + 1);
  await expandBlocks(input, sink, { blockBytes, flag });
  if (flag & flags.sum) await input.exactly(4);
}

async function expandBlocks(
  input: CompressedInput,
  sink: Sink,
  { blockBytes, flag }: { readonly blockBytes: number; readonly flag: number },
): Promise<void> {
  // What was expanded last, which a block may refer to, then room for the next block.
  const room = new Uint8Array(windowBytes + blockBytes);
  let known = 0;
  for (;;) {
    const stated = (await input.exactly(4)).readUInt32LE(0);
    if (stated === 0) return;
    const isPlain = stated >= 0x80000000;
    const length = stated % 0x80000000;
    if (length > blockBytes) throw new CompressionError('a block is larger than its frame allows');
    const bytes = await input.exactly(length);
    if (isPlain) room.set(bytes, known);
    const end = isPlain ? known + length : expandBlock(bytes, room, known, known + blockBytes);
    sink(room.subarray(known, end));
    if (flag & flags.blockSum) await input.exactly(4);
    if (flag & flags.independent) continue;
    const from = Math.max(0, end - windowBytes);
    room.copyWithin(0, from, end);
    known = end - from;
  }
}

/** From `from` of `room` on, up to `limit`; where it ends. It may refer to everything before `from`. */
function expandBlock(bytes: Uint8Array, room: Uint8Array, from: number, limit: number): number {
  const broken = () => new CompressionError('a block is broken');
  let at = 0;
  let to = from;
  const lengthOf = (nibble: number) => {
    let length = nibble;
    for (let more = nibble === 15; more; ) {
      const byte = bytes[at++];
      if (byte === undefined) throw broken();
      length += byte;
      more = byte === 255;
    }
    return length;
  };
  while (at < bytes.length) {
    const token = bytes[at++] ?? 0;
    const literals = lengthOf(token >> 4);
    if (at + literals > bytes.length || to + literals > limit) throw broken();
    room.set(bytes.subarray(at, at + literals), to);
    at += literals;
    to += literals;
    if (at === bytes.length) break;
    const distance = (bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8);
    at += 2;
    const length = lengthOf(token & 15) + 4;
    if (at > bytes.length || distance === 0 || distance > to || to + length > limit) throw broken();
    // Byte by byte where it repeats what it is just writing.
    if (distance >= length) room.copyWithin(to, to - distance, to - distance + length);
    else for (let i = 0; i < length; i++) room[to + i] = room[to + i - distance] ?? 0;
    to += length;
  }
  return to;
}
