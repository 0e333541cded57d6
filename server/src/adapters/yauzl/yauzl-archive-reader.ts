import yauzl from 'yauzl';
import type { ArchiveDirectory, ByteSource } from '../../core/checks/index.ts';
import { type ArchiveEntry, ArchiveError, type ArchiveReader, ByteWindow } from '../../core/checks/index.ts';
import { StorageError } from '../../core/errors.ts';

const windowBytes = 256 * 1024;

/** yauzl reads the directory; names stay bytes and sizes unjudged, since judging is the archive check's part. */
export class YauzlArchiveReader implements ArchiveReader {
  async open(source: ByteSource): Promise<ArchiveDirectory> {
    const options = { autoClose: false, lazyEntries: true, decodeStrings: false, validateEntrySizes: false };
    const reader = new WindowReader(source);
    const zip = await understood(() =>
      yauzl.fromRandomAccessReaderPromise(reader, source.sizeBytes, options),
    );
    return { entryCount: zip.entryCount, entries: entriesOf(zip) };
  }
}

async function* entriesOf(zip: yauzl.ZipFile): AsyncGenerator<ArchiveEntry> {
  const entries = zip.eachEntry();
  for (;;) {
    const next = await understood(() => entries.next());
    if (next.done) return;
    yield archiveEntry(next.value);
  }
}

const directoryRecordBytes = 46;

function archiveEntry(entry: yauzl.Entry): ArchiveEntry {
  return {
    nameBytes: entry.fileNameRaw,
    extra: entry.extraFieldRaw,
    commentBytes: entry.fileCommentLength,
    flags: entry.generalPurposeBitFlag,
    method: entry.compressionMethod,
    crc32: entry.crc32,
    storedBytes: entry.compressedSize,
    sizeBytes: entry.uncompressedSize,
    externalAttributes: entry.externalFileAttributes,
    headerOffset: entry.relativeOffsetOfLocalHeader,
    recordBytes:
      directoryRecordBytes + entry.fileNameLength + entry.extraFieldLength + entry.fileCommentLength,
  };
}

/** yauzl's reader over a byte source. */
class WindowReader extends yauzl.RandomAccessReader {
  readonly #window: ByteWindow;

  constructor(source: ByteSource) {
    super();
    this.#window = new ByteWindow(source, windowBytes);
  }

  override read(
    buffer: Buffer,
    offset: number,
    length: number,
    position: number,
    callback: (error: Error | null, bytesRead?: number) => void,
  ): void {
    const available = Math.max(0, Math.min(length, this.#window.sizeBytes - position));
    this.#window.read(position, available).then(
      (bytes) => {
        buffer.set(bytes, offset);
        callback(null, available);
      },
      (error) => callback(error),
    );
  }
}

/** What yauzl refuses is a fault of the archive; what the source refuses is not. */
async function understood<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof StorageError) throw error;
    const message = error instanceof Error ? error.message : String(error);
    throw new ArchiveError(faultOf(message), message, error);
  }
}

function faultOf(message: string): ArchiveError['fault'] {
  if (/encryption/.test(message)) return 'encrypted';
  return /multi-disk|too large/.test(message) ? 'unsupported' : 'damaged';
}
