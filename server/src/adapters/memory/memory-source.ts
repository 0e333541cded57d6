import type { ByteSource } from '../../core/checks/index.ts';
import type { ContentLocation } from '../../core/content/index.ts';

/** Content that was located in memory. Each read is a copy: native code refuses memory that threads share. */
export function openMemorySource(location: Extract<ContentLocation, { store: 'memory' }>): ByteSource {
  const bytes = new Uint8Array(location.bytes, 0, location.sizeBytes);
  return {
    sizeBytes: location.sizeBytes,
    read: async (position, length) => bytes.slice(position, position + length),
  };
}
