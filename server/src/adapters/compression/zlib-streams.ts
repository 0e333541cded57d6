// What Node's zlib reads: zlib's own format, raw deflate, Zstandard.
import { constants, createInflate, createInflateRaw, createZstdDecompress } from 'node:zlib';
import type { CompressedInput, Sink } from './compressed-input.ts';

const chunkBytes = 256 * 1024;
/** Of the window that Zstandard data may ask for: more than any level of its program up to 19 takes. */
const zstdWindowLog = 26;

export function expandZlib(input: CompressedInput, sink: Sink): Promise<void> {
  return expandThrough(createInflate({ chunkSize: chunkBytes }), input, sink);
}

export function expandRawDeflate(input: CompressedInput, sink: Sink): Promise<void> {
  return expandThrough(createInflateRaw({ chunkSize: chunkBytes }), input, sink);
}

export function expandZstd(input: CompressedInput, sink: Sink): Promise<void> {
  const params = { [constants.ZSTD_d_windowLogMax]: zstdWindowLog };
  return expandThrough(createZstdDecompress({ chunkSize: chunkBytes, params }), input, sink);
}

type Inflater = ReturnType<typeof createInflate> | ReturnType<typeof createZstdDecompress>;

/** Until the compressed data ends; the input is then right behind it. */
async function expandThrough(stream: Inflater, input: CompressedInput, sink: Sink): Promise<void> {
  const start = input.position;
  let fault: { readonly error: unknown } | null = null;
  let isOver = false;
  const over = new Promise<void>((resolve) => {
    const settle = (error?: unknown) => {
      if (error !== undefined) fault ??= { error };
      isOver = true;
      resolve();
    };
    stream.on('data', (chunk: Buffer) => {
      if (isOver) return;
      try {
        sink(chunk);
      } catch (error) {
        settle(error);
      }
    });
    stream.once('end', () => settle()).once('close', () => settle());
    stream.on('error', settle);
  });
  while (!isOver && !input.isAtEnd) {
    // The stream keeps what it is given until it has taken it in; the source may reuse its buffer by then.
    const piece = await input.next();
    const taken = new Promise<void>((resolve) => stream.write(piece, () => resolve()));
    await Promise.race([taken, over]);
  }
  stream.end();
  await over;
  input.position = start + stream.bytesWritten;
  stream.destroy();
  if (fault !== null) throw (fault as { error: unknown }).error;
}
