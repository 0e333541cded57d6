// The programs that are measured, each a process of its own on a free port of the loopback.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { AssayClient } from '../../client/src/index.ts';

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
  const [, name = '', oneTime = ''] = told.exec(await printed(server, told)) ?? [];
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

async function printed(server: Running, sought: RegExp): Promise<string> {
  for (const until = Date.now() + 10_000; Date.now() < until; ) {
    if (sought.test(server.output())) return server.output();
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error(`The server did not print ${sought}:\n${server.output()}`);
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
  const child = spawn('nginx', ['-p', folder, '-c', configuration], { stdio: ['ignore', 'inherit', 'pipe'] });
  const startedAt = performance.now();
  const url = `http://127.0.0.1:${port}`;
  await answers(url, child);
  return running(child, url, (performance.now() - startedAt) / 1000, () => '');
}

async function start(args: readonly string[], env: NodeJS.ProcessEnv, ready: RegExp): Promise<Running> {
  const startedAt = performance.now();
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', ...args], {
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  const url = await new Promise<string>((resolve, reject) => {
    child.stdout.setEncoding('utf8').on('data', (piece: string) => {
      // What is logged later is read, so that the pipe does not fill up, but not kept.
      if (output.length < 100_000) output += piece;
      const found = ready.exec(output)?.[1];
      if (found !== undefined) resolve(found);
    });
    child.on('error', reject);
    child.on('exit', (code) => reject(new Error(`${args.join(' ')} ended with ${code}:\n${output}`)));
  });
  return running(child, url, (performance.now() - startedAt) / 1000, () => output);
}

function running(child: ChildProcess, url: string, startedInS: number, output: () => string): Running {
  return {
    url,
    pid: child.pid ?? Number.NaN,
    startedInS,
    output,
    async stop() {
      if (child.exitCode !== null) return;
      const exited = once(child, 'exit');
      child.kill('SIGTERM');
      await exited;
    },
  };
}

async function answers(url: string, child: ChildProcess): Promise<void> {
  for (const until = Date.now() + 5_000; Date.now() < until && child.exitCode === null; ) {
    const answered = await fetch(url).then(
      () => true,
      () => false,
    );
    if (answered) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error(`Nothing answers at ${url}.`);
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}
