// The programs that are measured, each a process of its own on a free port of the loopback.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { mkdtemp, open, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { AssayClient } from '../../client/src/index.ts';
import { freePort } from '../../tools/free-port.ts';

const program = fileURLToPath(new URL('../../server/src/main.ts', import.meta.url));
const bareProgram = fileURLToPath(new URL('./bare-server.ts', import.meta.url));

export interface Running {
  readonly url: string;
  readonly pid: number;
  /** From the start of the process until it told that it is ready. */
  readonly startedInS: number;
  /** Everything it has printed. */
  output(): string;
  stop(): Promise<void>;
}

/** Assay on a data folder. Limits on the number of requests are lifted, nothing else differs from `npm start`. */
export async function startAssay(dataFolder: string, more: NodeJS.ProcessEnv = {}): Promise<Running> {
  const environment = {
    ...process.env,
    ASSAY_DATA: dataFolder,
    ASSAY_PORT: '0',
    ASSAY_REQUESTS_PER_MINUTE: '10000000',
    ...more,
  };
  return await start([program, 'serve'], environment, /^Assay is ready at (\S+)$/m);
}

/** A worker beside the API processes on the same engines. */
export function startWorker(dataFolder: string, more: NodeJS.ProcessEnv): Promise<Running> {
  return start([program, 'work'], { ...process.env, ASSAY_DATA: dataFolder, ...more }, /works on jobs/);
}

/** The same route on Fastify, and nothing else: it answers a constant. */
export function startBareFastify(path: string, answer: unknown): Promise<Running> {
  const environment = { ...process.env, BARE_PATH: path, BARE_ANSWER: JSON.stringify(answer) };
  return start([bareProgram], environment, /^ready at (\S+)$/m);
}

/**
 * The token of an administrator, who logs in for the first time with the password that the first start has printed.
 */
export async function administratorToken(server: Running): Promise<{ client: AssayClient; token: string }> {
  const told = /Log in as (\S+) with the one-time password (\S+)/;
  const [, name = '', oneTime = ''] = (await waitFor(() => told.exec(server.output()))) ?? [];
  const anybody = new AssayClient({ url: server.url });
  const password = 'a long password for measuring';
  const first = await anybody.logIn(name, oneTime);
  await anybody.withToken(first.token).changePassword(oneTime, password);
  const session = await anybody.logIn(name, password);
  const { token } = await anybody.withToken(session.token).createToken({
    name: 'bench',
    permissions: ['admin', 'upload', 'search', 'download'],
  });
  return { client: anybody.withToken(token), token };
}

/** Debian's nginx with one worker, sending the files below a folder with sendfile. */
export async function startNginx(folder: string): Promise<Running> {
  const port = await freePort();
  const configuration = join(folder, 'nginx.conf');
  // Started by root its worker would be somebody else, who may not read what lies in a folder of ours.
  const user = process.getuid?.() === 0 ? 'user root;' : '';
  await writeFile(
    configuration,
    `${user} daemon off; worker_processes 1; pid ${folder}/nginx.pid; error_log stderr;
     events { worker_connections 64; }
     http {
       access_log off; sendfile on; tcp_nopush on; default_type application/octet-stream;
       client_body_temp_path ${folder}/nginx; proxy_temp_path ${folder}/nginx;
       fastcgi_temp_path ${folder}/nginx; uwsgi_temp_path ${folder}/nginx; scgi_temp_path ${folder}/nginx;
       server { listen 127.0.0.1:${port}; location / { root ${folder}; } }
     }\n`,
  );
  const child = spawn('nginx', ['-p', folder, '-c', configuration], { stdio: 'ignore' });
  const failed = once(child, 'error').then(([error]) => Promise.reject(error));
  const url = `http://127.0.0.1:${port}`;
  await Promise.race([failed, waitFor(() => fetch(url).catch(() => null), child)]);
  return running(child, { url, startedInS: Number.NaN, output: () => '' });
}

/**
 * What the program prints goes to a file, as a service's does: through a pipe every line would wake the program that
 * measures.
 */
async function start(args: readonly string[], env: NodeJS.ProcessEnv, ready: RegExp): Promise<Running> {
  const folder = await mkdtemp(join(tmpdir(), 'assay-bench-log-'));
  const path = join(folder, 'stdout');
  const file = await open(path, 'w');
  const startedAt = performance.now();
  // As tools/run.mjs starts it.
  const child = spawn(
    process.execPath,
    ['--disable-warning=ExperimentalWarning', '--max-semi-space-size=8', '--no-parallel-scavenge', ...args],
    {
      env,
      stdio: ['ignore', file.fd, 'inherit'],
    },
  );
  await file.close();
  const output = () => readFileSync(path, 'utf8');
  const found = await waitFor(() => ready.exec(output()), child);
  const startedInS = (performance.now() - startedAt) / 1000;
  return running(child, { url: found[1] ?? '', startedInS, output, folder });
}

function running(
  child: ChildProcess,
  about: Pick<Running, 'url' | 'startedInS' | 'output'> & { folder?: string },
): Running {
  const { folder, ...rest } = about;
  return {
    ...rest,
    pid: child.pid ?? Number.NaN,
    async stop() {
      if (child.exitCode === null && child.signalCode === null) {
        const exited = once(child, 'exit');
        child.kill('SIGTERM');
        await exited;
      }
      if (folder !== undefined) await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Asks until there is an answer; gives up after half a minute, or when the program has ended. */
async function waitFor<T>(ask: () => T | null | Promise<T | null>, child?: ChildProcess): Promise<T> {
  for (const until = Date.now() + 30_000; Date.now() < until; ) {
    const answer = await ask();
    if (answer !== null) return answer;
    if (child !== undefined && child.exitCode !== null) throw new Error(`It ended with ${child.exitCode}.`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  throw new Error('It is not ready after 30 s.');
}
