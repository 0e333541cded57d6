import { createHash } from 'node:crypto';
import { ByteWindow } from './byte-window.ts';
import type { ByteSource } from './check.ts';

const windowBytes = 1024 * 1024;

/** SHA-256 of all bytes, lower-case hex. */
export async function hashContent(source: ByteSource): Promise<string> {
  const window = new ByteWindow(source, windowBytes);
  const hash = createHash('sha256');
  for (let position = 0; position < source.sizeBytes; ) {
    const bytes = await window.readSome(position, source.sizeBytes - position);
    hash.update(bytes);
    position += bytes.length;
  }
  return hash.digest('hex');
}
