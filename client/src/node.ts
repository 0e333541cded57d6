// What only Node.js can do: packages from and to files.
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open, rename, stat } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { AssayClient } from './client.ts';
import { refusalThrown } from './problem.ts';
import type { Download } from './shapes.ts';

/** SHA-256 of a file, in hex. */
export async function digestOf(path: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path, { highWaterMark: 1024 * 1024 }), hash);
  return hash.digest('hex');
}

/**
 * Downloads a version into a file. What an interrupted attempt has left beside it, in a file named for the content, is
 * gone on with. The file appears under its name only when its digest is that of the version.
 */
export async function downloadToFile(
  client: AssayClient,
  wanted: { packageId: string; version?: string; path: string; attempts?: number },
): Promise<Download> {
  for (let attempt = 1; ; attempt++) {
    const download = await client.download(wanted.packageId, wanted.version);
    // Parts of two contents never meet in one file.
    const partial = `${wanted.path}.${download.digest.slice(0, 16)}.part`;
    try {
      await fetchRest(download, partial);
    } catch (error) {
      if (attempt >= (wanted.attempts ?? 5)) throw error;
      continue;
    }
    const digest = await digestOf(partial);
    if (digest !== download.digest) {
      throw new Error(
        `${partial} has the digest ${digest}, not ${download.digest}; remove it and try again.`,
      );
    }
    await rename(partial, wanted.path);
    return download;
  }
}

async function fetchRest(download: Download, partial: string): Promise<void> {
  const have = await stat(partial).then(
    ({ size }) => size,
    () => 0,
  );
  if (have === download.sizeBytes) return;
  // The address is bound to the content: whatever it answers is part of it.
  const headers = { range: `bytes=${have}-` };
  const response = await refusalThrown(await fetch(download.url, have === 0 ? {} : { headers }));
  const from = response.status === 206 ? have : 0;
  const file = await open(partial, from === 0 ? 'w' : 'r+');
  if (response.body === null) throw new Error('The answer has no body.');
  await pipeline(Readable.fromWeb(response.body), file.createWriteStream({ start: from }));
}
