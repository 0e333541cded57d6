// How many packages a second are read by id with a personal access token, and how often a bare Fastify answers the same constant.
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import autocannon from 'autocannon';
import { filledDatabase } from './filled-registry.ts';
import { alternating } from './measure.ts';
import { administratorToken, type Running, startAssay, startBareFastify } from './servers.ts';
import type { Row } from './tables.ts';

const seconds = 4;
const connections = 20;

export async function measureKeyedRead(): Promise<Row[]> {
  const folder = await mkdtemp(join(tmpdir(), 'assay-bench-keyed-'));
  const servers: Running[] = [];
  try {
    await cp(await filledDatabase(10_000), join(folder, 'registry.db'));
    const assay = await startAssay(folder);
    servers.push(assay);
    const { client, token } = await administratorToken(assay);
    const [pkg] = (await client.listPackages({ limit: 1 })).items;
    if (pkg === undefined) throw new Error('no package');
    const bare = await startBareFastify('/api/packages/:id', await client.readPackage(pkg.id));
    servers.push(bare);
    const speeds = await alternating({
      ours: () => requestsPerSecond(`${assay.url}/api/packages/${pkg.id}`, token),
      theirs: () => requestsPerSecond(`${bare.url}/api/packages/${pkg.id}`, token),
    });
    return [
      {
        figure: 'keyed GET of a package ÷ bare Fastify with a constant (requests/s)',
        ...speeds,
        target: '≥ 0.5',
      },
    ];
  } finally {
    for (const server of servers) await server.stop();
    await rm(folder, { recursive: true });
  }
}

async function requestsPerSecond(url: string, token: string): Promise<number> {
  const headers = { authorization: `Bearer ${token}` };
  const answered = await autocannon({ url, connections, duration: seconds, headers });
  if (answered.non2xx > 0 || answered.errors > 0)
    throw new Error(`${answered.non2xx} refused, ${answered.errors} lost`);
  return answered.requests.average;
}
