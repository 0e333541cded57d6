// The searches of search.ts, on PostgreSQL.
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { percentile } from '../measure.ts';
import { askEverything } from '../search.ts';
import { administratorToken, startAssay } from '../servers.ts';
import type { Row } from '../tables.ts';
import { filledPostgres } from './filled-postgres.ts';

export async function measurePostgresSearch(versions = 1_000_000): Promise<Row[]> {
  const { settings, pid } = await filledPostgres(versions);
  const folder = await mkdtemp(join(tmpdir(), 'assay-bench-search-'));
  const server = await startAssay(folder, {
    ASSAY_LOG_LEVEL: 'warn',
    ASSAY_WORKER_IN_SERVER: 'false',
    ASSAY_RECORDS: 'postgres',
    ASSAY_POSTGRES_HOST: settings.host,
    ASSAY_POSTGRES_PORT: `${settings.port}`,
    ASSAY_POSTGRES_DATABASE: settings.database,
    ASSAY_POSTGRES_USER: settings.user,
    ASSAY_POSTGRES_PASSWORD: String(settings.password),
    ASSAY_POSTGRES_TLS: 'disable',
  });
  try {
    const { client } = await administratorToken(server);
    const before = [await processorSeconds(pid), await processorSeconds(server.pid)];
    const { postgres } = await askEverything({ postgres: client });
    const after = [await processorSeconds(pid), await processorSeconds(server.pid)];
    for (const [kind, times] of postgres) {
      const [half, most] = [percentile(times, 0.5), percentile(times, 0.95)];
      console.error(`  ${kind.padEnd(40)} p50 ${half.toFixed(1)} ms, p95 ${most.toFixed(1)}`);
    }
    const all = [...postgres.values()].flat();
    // A quarter more were asked before those that count.
    const asked = all.length * 1.25;
    const [ofPostgres = 0, ofServer = 0] = after.map(
      (seconds, i) => ((seconds - (before[i] ?? 0)) / asked) * 1_000,
    );
    console.error(
      `  processor time of a search: PostgreSQL ${ofPostgres.toFixed(1)} ms, the server ${ofServer.toFixed(1)} ms; half take ${percentile(all, 0.5).toFixed(1)} ms`,
    );
    return [
      {
        figure: 'search p95 with 1,000,000 versions on PostgreSQL (ms)',
        ours: percentile(all, 0.95),
        theirs: null,
        target: '≤ 50',
      },
    ];
  } finally {
    await server.stop();
    await rm(folder, { recursive: true });
  }
}

/** What the process and those it started have taken of the processors, since they started. */
async function processorSeconds(pid: number): Promise<number> {
  let ticks = await ticksOf(pid);
  for (const entry of await readdir('/proc')) {
    if (/^\d+$/.test(entry) && (await parentOf(entry)) === pid) ticks += await ticksOf(Number(entry));
  }
  return ticks / ticksPerSecond;
}

const ticksPerSecond = 100;

/** proc(5): user and system time, of itself and of children that have ended, are fields 14 to 17. */
async function ticksOf(pid: number): Promise<number> {
  const fields = await statOf(pid);
  return fields.slice(11, 15).reduce((sum, field) => sum + Number(field), 0);
}

async function parentOf(pid: string): Promise<number> {
  return Number((await statOf(Number(pid)))[1]);
}

/** What follows the name, which may have anything in it: from field 3 on. */
async function statOf(pid: number): Promise<string[]> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ');
}
