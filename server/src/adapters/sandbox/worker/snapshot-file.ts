// The file of a started Python: the SHA-256 of its memory, then the memory. What was not written to its end, or has
// changed on the disk, is not used.
import { createHash } from 'node:crypto';

const digestBytes = 32;

export function sealSnapshot(memory: Uint8Array): Uint8Array[] {
  return [createHash('sha256').update(memory).digest(), memory];
}

/** The memory; throws when it is not what was written. */
export function openSnapshot(file: Uint8Array): Uint8Array {
  const memory = file.subarray(digestBytes);
  const digest = createHash('sha256').update(memory).digest();
  if (!digest.equals(file.subarray(0, digestBytes))) throw new Error('the snapshot of Python is damaged');
  return memory;
}
