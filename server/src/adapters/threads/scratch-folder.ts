import { closeSync, mkdirSync, openSync, readSync, rmSync, unlinkSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { threadId } from 'node:worker_threads';
import {
  type ByteSource,
  type ScratchFile,
  ScratchFullError,
  type ScratchSpace,
} from '../../core/checks/index.ts';
import { StorageError } from '../../core/errors.ts';

/**
 * Scratch files in a folder, for a check thread: calls that wait. A file has no name from the moment it is opened, so
 * the system takes it away when it is closed, or its thread or process ends.
 */
export class ScratchFolder implements ScratchSpace {
  readonly #folder: string;
  readonly #maximumBytes: number;
  #usedBytes = 0;
  #created = 0;

  constructor(folder: string, maximumBytes: number) {
    this.#folder = folder;
    this.#maximumBytes = maximumBytes;
  }

  create(): ScratchFile {
    const file = attempt(() => this.#openNameless());
    let sizeBytes = 0;
    return {
      append: (bytes) => {
        if (this.#usedBytes + bytes.length > this.#maximumBytes)
          throw new ScratchFullError(`It takes more than the ${this.#maximumBytes} bytes of scratch space.`);
        this.#usedBytes += bytes.length;
        sizeBytes += bytes.length;
        for (let written = 0; written < bytes.length; )
          written += attempt(() => writeSync(file, bytes, written, bytes.length - written));
      },
      source: () => sourceOf(file, sizeBytes),
      release: () => {
        this.#usedBytes -= sizeBytes;
        closeSync(file);
      },
    };
  }

  #openNameless(): number {
    mkdirSync(this.#folder, { recursive: true, mode: 0o700 });
    this.#created += 1;
    const path = join(this.#folder, `${process.pid}-${threadId}-${this.#created}`);
    // What a process of the same number left when it was killed between the next two lines is empty and in the way.
    rmSync(path, { force: true });
    const file = openSync(path, 'wx+', 0o600);
    unlinkSync(path);
    return file;
  }
}

function sourceOf(file: number, sizeBytes: number): ByteSource {
  let buffer = Buffer.alloc(0);
  return {
    sizeBytes,
    async read(position, length) {
      const wanted = Math.max(0, Math.min(length, sizeBytes - position));
      if (wanted > buffer.length) buffer = Buffer.allocUnsafeSlow(wanted);
      for (let filled = 0; filled < wanted; ) {
        const count = attempt(() => readSync(file, buffer, filled, wanted - filled, position + filled));
        if (count === 0)
          throw new StorageError('transient', 'a scratch file is shorter than what was written');
        filled += count;
      }
      return buffer.subarray(0, wanted);
    },
  };
}

/** A full or broken disk says nothing about the content. */
function attempt<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw new StorageError('transient', 'the scratch folder cannot be used', error);
  }
}
