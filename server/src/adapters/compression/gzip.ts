// gzip (RFC 1952). Its frame is read here, because Node's own reader drops what it has expanded when something that is no
// gzip follows, and does not say where a member ends.
import { crc32 } from 'node:zlib';
import { CompressionError } from '../../core/checks/index.ts';
import type { CompressedInput, Sink } from './compressed-input.ts';
import { expandRawDeflate } from './zlib-streams.ts';

const flags = { headerCrc: 0x02, extra: 0x04, name: 0x08, comment: 0x10, reserved: 0xe0 } as const;
const longestTextBytes = 64 * 1024;

/** One member. */
export async function expandGzip(input: CompressedInput, sink: Sink): Promise<void> {
  await skipHeader(input);
  let crc = 0;
  let sizeBytes = 0;
  await expandRawDeflate(input, (bytes) => {
    crc = crc32(bytes, crc);
    sizeBytes += bytes.length;
    sink(bytes);
  });
  const trailer = await input.exactly(8);
  if (trailer.readUInt32LE(0) !== crc) throw new CompressionError('its CRC is wrong');
  if (trailer.readUInt32LE(4) !== sizeBytes % 2 ** 32) throw new CompressionError('its size is wrong');
}

async function skipHeader(input: CompressedInput): Promise<void> {
  const header = await input.exactly(10);
  if (header.readUInt16BE(0) !== 0x1f8b) throw new CompressionError('something else follows its end');
  const given = header.readUInt8(3);
  if (header.readUInt8(2) !== 8 || (given & flags.reserved) !== 0)
    throw new CompressionError('it is of a kind that is not known');
  if (given & flags.extra) await input.exactly((await input.exactly(2)).readUInt16LE(0));
  if (given & flags.name) await skipText(input);
  if (given & flags.comment) await skipText(input);
  if (given & flags.headerCrc) await input.exactly(2);
}

/** Up to and including the NUL that ends it. */
async function skipText(input: CompressedInput): Promise<void> {
  const bytes = await input.next(longestTextBytes);
  const end = bytes.indexOf(0);
  if (end < 0) throw new CompressionError('its header does not end');
  input.position -= bytes.length - end - 1;
}
