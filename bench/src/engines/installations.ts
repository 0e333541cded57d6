// Registries on every set of engines, as their operators would start them: embedded one process, elsewhere two API processes
// and a worker behind a load balancer.
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LoadBalancer } from '../../../acceptance/src/load-balancer.ts';
import { AssayClient } from '../../../client/src/index.ts';
import { startPostgres } from '../../../server/test/support/postgres-server.ts';
import { type StartedServer, startTestServers } from '../../../tools/test-servers.ts';
import { administratorToken, type Running, startAssay, startWorker } from '../servers.ts';

export type Engines = 'embedded' | 'postgres-s3' | 'dynamodb-s3-sqs';

export interface Installation {
  readonly url: string;
  readonly client: AssayClient;
  readonly token: string;
  /** API processes and workers. */
  readonly processes: readonly Running[];
  stop(): Promise<void>;
}

/** The servers that the engines are. PostgreSQL waits for the disk, as SQLite does. */
export async function startEngines(): Promise<StartedServer & { readonly missing: readonly string[] }> {
  const settings = { fsync: 'on', full_page_writes: 'on', autovacuum: 'on', shared_buffers: '512MB' };
  process.env.TEST_POSTGRES ??= JSON.stringify(await startPostgres({ settings }));
  const servers = await startTestServers();
  Object.assign(process.env, servers.environment);
  return servers;
}

const quick = { ASSAY_WORKER_POLL_MS: '50', ASSAY_LOG_LEVEL: 'warn' };

/** A new registry. `more` goes into the environment of its processes. */
export async function install(engines: Engines, more: NodeJS.ProcessEnv = {}): Promise<Installation> {
  // It reads which servers there are when it is loaded.
  const { installationOn } = await import('../../../acceptance/src/engines.ts');
  const under = await installationOn(engines, `bench${randomBytes(6).toString('hex')}`);
  const folder = await mkdtemp(join(tmpdir(), 'assay-bench-engines-'));
  const environment = { ...quick, ...under.environment, ...more };
  const isAlone = engines === 'embedded';
  const apiOnly = { ...environment, ASSAY_WORKER_IN_SERVER: `${isAlone}` };
  const processes = [await startAssay(folder, apiOnly)];
  const [first] = processes;
  if (first === undefined) throw new Error('nothing was started');
  if (!isAlone) {
    processes.push(await startAssay(folder, apiOnly));
    processes.push(await startWorker(folder, environment));
  }
  const urls = processes.map(({ url }) => url).filter((url) => url !== '');
  const balancer = isAlone ? null : await LoadBalancer.start(urls);
  const { token } = await administratorToken(first);
  const url = balancer?.url ?? first.url;
  return {
    url,
    client: new AssayClient({ url, token }),
    token,
    processes,
    async stop() {
      balancer?.stop();
      for (const one of processes) await one.stop();
      await under.remove();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
