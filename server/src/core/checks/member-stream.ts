import { pipeline, Readable } from 'node:stream';
import { createInflateRaw } from 'node:zlib';
import type { ByteRange } from '../content/index.ts';
import { RegistryError } from '../errors.ts';
import type { PackageFile } from './check.ts';

const chunkBytes = 256 * 1024;

/**
 * The content of one file inside a package, or the `range` of it, as a stream. `read` gives bytes of the package by
 * range. A range of a file that is not stored plainly throws `file-not-readable`: its beginning would have to be
 * expanded and thrown away. Destroying the stream ends the reading.
 */
export async function memberStream(
  read: (range: ByteRange) => Promise<Readable>,
  file: PackageFile,
  range?: ByteRange,
): Promise<Readable> {
  const { offset, storedBytes, sizeBytes, method } = file;
  if (range !== undefined) requireRange(file, range);
  if (sizeBytes === 0) return Readable.from([]);
  if (method === 'stored') {
    const { start, end } = range ?? { start: 0, end: sizeBytes };
    return start === end ? Readable.from([]) : read({ start: offset + start, end: offset + end });
  }
  const stored = await read({ start: offset, end: offset + storedBytes });
  // Whoever reads the result gets the error, from whichever side it came.
  return pipeline(stored, createInflateRaw({ chunkSize: chunkBytes }), () => {});
}

function requireRange(file: PackageFile, { start, end }: ByteRange): void {
  if (file.method !== 'stored')
    throw new RegistryError(
      'file-not-readable',
      `${JSON.stringify(file.path)} is compressed and cannot be read by range; ask for the whole file.`,
    );
  if (!(start >= 0 && start <= end && end <= file.sizeBytes))
    throw new RegistryError(
      'range-not-satisfiable',
      `${start}-${end} lies outside ${JSON.stringify(file.path)}, which has ${file.sizeBytes} bytes.`,
    );
}
