// How long 1 GiB takes from the beginning of an upload until it is completed, and how long it takes to copy the same
// file, wait until it is on the disk, and hash it.
import { openAsBlob } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { uploadPackage, waitForOutcome } from '../../client/src/index.ts';
import { alternating, outputOf, secondsOf } from './measure.ts';
import { administratorToken, startAssay } from './servers.ts';
import type { Row } from './tables.ts';
import { writeModelPackage } from './write-package.ts';

export async function measureUpload(): Promise<Row[]> {
  const folder = await mkdtemp(join(tmpdir(), 'assay-bench-upload-'));
  const path = join(folder, 'package.zip');
  await writeModelPackage(path, 1024 ** 3, 'uploaded');
  const assay = await startAssay(join(folder, 'data'));
  try {
    const { client } = await administratorToken(assay);
    const file = await openAsBlob(path);
    const ours = async (run: number) => {
      let uploadId = '';
      const seconds = await secondsOf(async () => {
        const fields = { kind: 'model', name: `uploaded-${run}`, version: '1.0.0' } as const;
        uploadId = (await uploadPackage(client, { ...fields, fileName: 'package.zip', file })).id;
      });
      // The check is no part of it, but must not disturb what is measured next.
      const { outcome } = await waitForOutcome(client, uploadId);
      if (outcome.state !== 'published') throw new Error(`not published: ${JSON.stringify(outcome)}`);
      return seconds;
    };
    const copy = join(folder, 'copy.zip');
    const theirs = async () => {
      const seconds = await secondsOf(() =>
        outputOf('sh', '-c', 'cp --reflink=never "$0" "$1" && sync "$1" && sha256sum "$0"', path, copy),
      );
      await rm(copy);
      return seconds;
    };
    return [
      {
        figure: 'upload of 1 GiB until completed ÷ cp, fsync and sha256sum (s)',
        ...(await alternating({ ours, theirs })),
        target: '≤ 2',
      },
    ];
  } finally {
    await assay.stop();
    await rm(folder, { recursive: true });
  }
}
