import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import type { ByteSource } from '../../core/checks/index.ts';
import type { ContentLocation } from '../../core/content/index.ts';
import { StorageError } from '../../core/errors.ts';
import { statFrom } from './stat-from.ts';
import { storageErrorFrom } from './storage-error.ts';

/** A source that holds its file open until it is closed. */
export interface FileSource extends ByteSource {
  close(): void;
}

/** The buffer of the last source that was closed in this thread, for the next one: freeing it takes long. */
let spare = Buffer.alloc(0);

/**
 * For worker threads, where nothing else waits for the thread: reads synchronously, which saves the way through
 * the thread pool, and always into the same buffer. Throws and rejects with `StorageError`.
 */
export function openFileSource(location: Extract<ContentLocation, { store: 'file' }>): FileSource {
  const { path, sizeBytes, revision } = location;
  const file = attempt(path, () => openSync(path, 'r'));
  if (attempt(path, () => statFrom(fstatSync(file, { bigint: true }))).revision !== revision) {
    closeSync(file);
    throw changed(`${path} has changed since it was located`);
  }
  let buffer = spare;
  spare = Buffer.alloc(0);
  return {
    sizeBytes,
    async read(position, length) {
      const wanted = Math.max(0, Math.min(length, sizeBytes - position));
      if (wanted > buffer.length) buffer = Buffer.allocUnsafeSlow(wanted);
      for (let filled = 0; filled < wanted; ) {
        const count = attempt(path, () => readSync(file, buffer, filled, wanted - filled, position + filled));
        if (count === 0) throw changed(`${path} is shorter than ${sizeBytes} bytes`);
        filled += count;
      }
      return buffer.subarray(0, wanted);
    },
    close: () => {
      closeSync(file);
      spare = buffer;
    },
  };
}

function attempt<T>(path: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw storageErrorFrom(error, path);
  }
}

/** The folder is well: whoever comes again finds what is there now. */
function changed(message: string): StorageError {
  return new StorageError('transient', message, undefined, { transience: 'contended' });
}
