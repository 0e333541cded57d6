// The most memory that the server has resident while four uploads of 3 GB run at the same time and are checked.
import { openAsBlob } from 'node:fs';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type AssayClient, uploadPackage, waitForOutcome } from '../../client/src/index.ts';
import { administratorToken, startAssay } from './servers.ts';
import type { Row } from './tables.ts';
import { writeModelPackage } from './write-package.ts';

const uploads = 4;

export async function measureMemory(sizeBytes = 3e9): Promise<Row[]> {
  const folder = await mkdtemp(join(tmpdir(), 'assay-bench-memory-'));
  const assay = await startAssay(join(folder, 'data'));
  const watch = watchMemory(assay.pid);
  try {
    const { client } = await administratorToken(assay);
    const paths = Array.from({ length: uploads }, (_, i) => join(folder, `big-${i}.zip`));
    for (const [i, path] of paths.entries()) await writeModelPackage(path, sizeBytes, `big-${i}`);
    const idleMb = watch.peakMb();
    await Promise.all(paths.map((path, i) => publish(client, path, `big-${i}`)));
    console.error(`  ${idleMb.toFixed(0)} MB before the first byte`);
    return [
      {
        figure: 'memory during four uploads of 3 GB and their checks (MB)',
        ours: watch.peakMb(),
        theirs: null,
        target: '≤ 300',
      },
    ];
  } finally {
    watch.stop();
    await assay.stop();
    await rm(folder, { recursive: true });
  }
}

async function publish(client: AssayClient, path: string, name: string): Promise<void> {
  const { id } = await uploadPackage(client, {
    kind: 'model',
    name,
    version: '1.0.0',
    fileName: `${name}.zip`,
    file: await openAsBlob(path),
    concurrency: 2,
  });
  const { outcome } = await waitForOutcome(client, id, { pollMs: 1_000 });
  if (outcome.state !== 'published') throw new Error(`not published: ${JSON.stringify(outcome)}`);
}

/** Looks ten times a second at what the process and those it has started have resident. */
function watchMemory(pid: number) {
  let peak = 0;
  const timer = setInterval(async () => {
    peak = Math.max(peak, await residentMb(pid).catch(() => 0));
  }, 100);
  return { peakMb: () => peak, stop: () => clearInterval(timer) };
}

async function residentMb(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  const own = Number(/^VmRSS:\s+(\d+) kB/m.exec(status)?.[1] ?? 0) / 1000;
  let sum = own;
  for (const thread of await readdir(`/proc/${pid}/task`)) {
    const children = await readFile(`/proc/${pid}/task/${thread}/children`, 'utf8').catch(() => '');
    for (const child of children.split(' ').filter(Boolean)) sum += await residentMb(Number(child));
  }
  return sum;
}
