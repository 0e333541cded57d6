import {
  type ByteSource,
  CompressionError,
  type CompressionType,
  type Expander,
} from '../../core/checks/index.ts';
import { StorageError } from '../../core/errors.ts';
import { expandBzip2 } from './bzip2.ts';
import { CompressedInput, type Sink } from './compressed-input.ts';
import { expandGzip } from './gzip.ts';
import { expandLz4 } from './lz4.ts';
import { expandLzma } from './lzma.ts';
import { expandXz } from './xz.ts';
import { expandZlib, expandZstd } from './zlib-streams.ts';

/** Each reads one stream, or as many as it can tell apart, and leaves the input behind it. */
const expanders: Readonly<Record<CompressionType, (input: CompressedInput, sink: Sink) => Promise<void>>> = {
  gzip: expandGzip,
  zlib: expandZlib,
  bzip2: expandBzip2,
  xz: expandXz,
  lzma: expandLzma,
  zstd: expandZstd,
  lz4: expandLz4,
};

export class StreamExpander implements Expander {
  async expand(type: CompressionType, source: ByteSource, onChunk: Sink): Promise<void> {
    let thrown: { readonly error: unknown } | null = null;
    const sink: Sink = (bytes) => {
      if (thrown !== null || bytes.length === 0) return;
      try {
        onChunk(bytes);
      } catch (error) {
        thrown = { error };
        throw error;
      }
    };
    const rethrow = () => {
      if (thrown !== null) throw (thrown as { error: unknown }).error;
    };
    const input = new CompressedInput(source);
    try {
      do {
        await expanders[type](input, sink);
        rethrow();
        await input.skipZeros();
      } while (!input.isAtEnd);
    } catch (error) {
      rethrow();
      if (error instanceof StorageError || error instanceof CompressionError) throw error;
      throw new CompressionError(error instanceof Error ? error.message : String(error), { cause: error });
    }
  }
}
