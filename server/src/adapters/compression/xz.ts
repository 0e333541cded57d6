import library from 'xz-decompress';
import { CompressionError } from '../../core/checks/index.ts';
import type { CompressedInput, Sink } from './compressed-input.ts';

/** No larger than the library's own buffer, so that a piece is inside the decoder before the next is asked for. */
const pieceBytes = 32 * 1024;

/**
 * As many streams as follow each other. The library is xz-embedded in WebAssembly: it refuses data that asks for a
 * dictionary of more than 64 MiB. It works on one file at a time, so it must always be read to its end or cancelled.
 */
export async function expandXz(input: CompressedInput, sink: Sink): Promise<void> {
  const pieces = new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        // A copy: the source may reuse its buffer while the decoder still holds the piece.
        if (input.isAtEnd) controller.close();
        else controller.enqueue((await input.next(pieceBytes)).slice());
      },
    },
    { highWaterMark: 0 },
  );
  try {
    for await (const bytes of new library.XzReadableStream(pieces)) sink(bytes);
  } catch (error) {
    const code = /error code (\d+)/.exec(error instanceof Error ? error.message : '')?.[1];
    if (code === undefined) throw error;
    throw new CompressionError(meanings[Number(code)] ?? `the decoder gives code ${code}`, { cause: error });
  }
}

/** Of the results of xz-embedded (xz.h). */
const meanings: readonly (string | undefined)[] = [
  ...[undefined, undefined, 'its kind of check sum is not known', 'there is not enough memory'],
  ...['it asks for a dictionary of more than 64 MiB', 'something else follows its end'],
  ...['it uses a filter or check sum that is not known', 'its data is broken', 'it is cut off'],
];
