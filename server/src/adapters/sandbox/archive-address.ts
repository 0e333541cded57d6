// An archive that lies behind an address, read by ranges.
import type { ValidatorArchive } from '../../core/validators/index.ts';

const attempts = 2;

export function archiveAt(url: string, sizeBytes: number, signal: AbortSignal): ValidatorArchive {
  return {
    sizeBytes,
    async read(offset, length) {
      for (let attempt = 1; ; attempt++) {
        try {
          return await readRange(url, offset, length, signal);
        } catch (error) {
          if (attempt === attempts || signal.aborted) throw error;
        }
      }
    },
  };
}

/** Rejects unless exactly this range comes. */
async function readRange(
  url: string,
  offset: number,
  length: number,
  signal: AbortSignal,
): Promise<Uint8Array> {
  const last = offset + length - 1;
  const response = await fetch(url, {
    headers: { range: `bytes=${offset}-${last}`, 'accept-encoding': 'identity' },
    redirect: 'error',
    signal,
  });
  const range = response.headers.get('content-range') ?? '';
  if (response.status !== 206 || !range.startsWith(`bytes ${offset}-${last}/`)) {
    await response.body?.cancel();
    throw new Error(`the archive's address answered ${response.status} and the range ${range || 'none'}`);
  }
  return await response.bytes();
}
