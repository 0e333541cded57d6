import type { ByteSource } from '../check.ts';

/** A part of a source as a source of its own. It shares the buffer: a read of one makes the other's bytes stale. */
export function subRange(source: ByteSource, start: number, sizeBytes: number): ByteSource {
  return {
    sizeBytes,
    read: (position, length) =>
      source.read(start + position, Math.max(0, Math.min(length, sizeBytes - position))),
  };
}
