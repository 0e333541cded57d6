// How fast 1 GiB is downloaded, with curl, from Assay and from nginx with sendfile and one worker.
import { openAsBlob } from 'node:fs';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { uploadPackage, waitForOutcome } from '../../client/src/index.ts';
import { alternating, outputOf } from './measure.ts';
import { administratorToken, type Running, startAssay, startNginx } from './servers.ts';
import type { Row } from './tables.ts';
import { writeModelPackage } from './write-package.ts';

export async function measureDownload(): Promise<Row[]> {
  const folder = await mkdtemp(join(tmpdir(), 'assay-bench-download-'));
  const servers: Running[] = [];
  try {
    const served = join(folder, 'served');
    await mkdir(served);
    const path = join(served, 'package.zip');
    await writeModelPackage(path, 1024 ** 3, 'downloaded');
    const nginx = await startNginx(served);
    servers.push(nginx);
    const assay = await startAssay(join(folder, 'data'));
    servers.push(assay);
    const { client } = await administratorToken(assay);
    const upload = await uploadPackage(client, {
      kind: 'model',
      name: 'downloaded',
      version: '1.0.0',
      fileName: 'package.zip',
      file: await openAsBlob(path),
    });
    const { outcome, packageId } = await waitForOutcome(client, upload.id);
    if (outcome.state !== 'published') throw new Error(`not published: ${JSON.stringify(outcome)}`);
    const speeds = await alternating(
      {
        ours: async () => megabytesPerSecond((await client.download(packageId ?? '')).url),
        theirs: () => megabytesPerSecond(`${nginx.url}/package.zip`),
      },
      9,
    );
    return [
      { figure: 'download of 1 GiB ÷ nginx with sendfile, one worker (MB/s)', ...speeds, target: '≥ 0.8' },
    ];
  } finally {
    for (const server of servers) await server.stop();
    await rm(folder, { recursive: true });
  }
}

async function megabytesPerSecond(url: string): Promise<number> {
  const told = await outputOf(
    'curl',
    '-sSf',
    '-o',
    '/dev/null',
    '-w',
    '%{size_download} %{speed_download}',
    url,
  );
  const [size = 0, speed = 0] = told.split(' ').map(Number);
  if (size < 1e9) throw new Error(`${url} gave ${size} bytes`);
  return speed / 1e6;
}
