// Real servers: the program of this repository as a process, on a free port of the loopback interface, with a data
// folder of its own and engines as chosen (engines.ts). Whatever a test forgets to stop ends with the test.
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Dirent } from 'node:fs';
import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Api, waitFor } from './call.ts';
import { type Installation, installationOf, removeInstallations } from './engines.ts';

/** The checkout. */
export const root = fileURLToPath(new URL('../../', import.meta.url));

export type Environment = Readonly<Record<string, string>>;

/** One line of the log, as JSON. */
export interface LogLine {
  readonly level: string;
  readonly msg?: string;
  readonly operation?: string;
  readonly status?: number;
  readonly kind?: string;
  readonly outcome?: string;
  readonly [field: string]: unknown;
}

export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** Of this release. */
const ownProgram = join(root, 'server/src/main.ts');

const running = new Set<ChildProcess>();
process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});
for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => process.exit(1));

/** A process that was started with a command of the program: `serve`, `work`, `user add …`. */
export class AssayProcess {
  readonly #child: ChildProcess;
  readonly #exited: Promise<Exit>;
  #output = '';
  #complaints = '';

  /** Starts it on the engines of the registry in the data folder. */
  static async launch(
    command: readonly string[],
    dataFolder: string,
    environment: Environment = {},
    program = ownProgram,
  ): Promise<AssayProcess> {
    const engines = (await installationOf(dataFolder)).environment;
    return new AssayProcess(command, dataFolder, { ...engines, ...environment }, program);
  }

  protected constructor(
    command: readonly string[],
    dataFolder: string,
    environment: Environment,
    program: string,
  ) {
    this.#child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', program, ...command], {
      cwd: tmpdir(),
      env: { ...withoutSettings(process.env), ASSAY_PORT: '0', ASSAY_DATA: dataFolder, ...environment },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const child = this.#child;
    running.add(child);
    this.#exited = once(child, 'close').then(([code, signal]) => {
      running.delete(child);
      return { code, signal };
    });
    child.stdout?.setEncoding('utf8').on('data', (text) => {
      this.#output += text;
    });
    child.stderr?.setEncoding('utf8').on('data', (text) => {
      this.#complaints += text;
    });
  }

  get pid(): number {
    return this.#child.pid ?? assert.fail('the process has not started');
  }

  get isRunning(): boolean {
    return running.has(this.#child);
  }

  /** Everything written to standard output: lines of the log, and those for people. */
  get output(): string {
    return this.#output;
  }

  /** Everything written to standard error. */
  get complaints(): string {
    return this.#complaints;
  }

  get log(): LogLine[] {
    const lines = this.#output.split('\n').filter((line) => line.startsWith('{') && line.endsWith('}'));
    return lines.map((line) => JSON.parse(line));
  }

  /** What a healthy server never writes: lines at level error or fatal, and anything on standard error. */
  get errors(): unknown[] {
    const lines = this.log.filter(({ level }) => level === 'error' || level === 'fatal');
    return this.#complaints === '' ? lines : [...lines, this.#complaints];
  }

  /** Resolves with what the pattern finds in the output, as soon as it is there. */
  printed(pattern: RegExp): Promise<RegExpExecArray> {
    return waitFor(
      () => `${pattern} in the output: ${this.#complaints}${this.#output}`,
      () => {
        const found = pattern.exec(this.#output);
        if (found === null && !this.isRunning)
          assert.fail(`the process has ended: ${this.#complaints}${this.#output}`);
        return found ?? undefined;
      },
      { pollMs: 10, timeoutMs: 30_000 },
    );
  }

  /** From now on nobody reads the output: it is closed, or merely not taken out of the pipe. */
  stopReading(how: 'closed' | 'full'): void {
    if (how === 'closed') this.#child.stdout?.destroy();
    else this.#child.stdout?.pause();
  }

  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  exit(): Promise<Exit> {
    return this.#exited;
  }
}

export class ServerProcess extends AssayProcess {
  readonly dataFolder: string;
  readonly environment: Environment;
  readonly #installation: Installation;
  #url = '';

  /** Resolves when the server says that it is ready. `program` is that of another release. */
  static async start(
    dataFolder: string,
    environment: Environment = {},
    program = ownProgram,
  ): Promise<ServerProcess> {
    const server = new ServerProcess(await installationOf(dataFolder), dataFolder, environment, program);
    server.#url = (await server.printed(/^Assay is ready at (http:\/\/\S+)$/m))[1] ?? '';
    return server;
  }

  private constructor(
    installation: Installation,
    dataFolder: string,
    environment: Environment,
    program: string,
  ) {
    super(['serve'], dataFolder, { ...installation.environment, ...environment }, program);
    this.#installation = installation;
    this.dataFolder = dataFolder;
    this.environment = environment;
  }

  get url(): string {
    return this.#url;
  }

  /** The API, called anonymously. */
  get api(): Api {
    return new Api(this.#url);
  }

  /** The administrator's one-time password, which a server prints at its very first start. */
  async oneTimePassword(): Promise<string> {
    return (await this.printed(/^Log in as admin with the one-time password (\S+) /m))[1] ?? '';
  }

  /** Paths of all files in the data folder. */
  async files(): Promise<string[]> {
    return [...(await filesBelow(this.dataFolder)).keys()];
  }

  /** `<area>/<path>` of everything that is stored of content, parts of unfinished uploads among it. */
  async stored(): Promise<string[]> {
    if (this.#installation.stored !== null) return this.#installation.stored();
    const content = (await this.files()).filter((path) => path.startsWith('content/'));
    return content.map((path) => path.slice('content/'.length));
  }

  /** Stops in an orderly way, and makes sure that it was: exit code 0, and not one error in the log. */
  async stop(): Promise<void> {
    if (!this.isRunning) return;
    this.signal('SIGTERM');
    assert.deepEqual(await this.exit(), { code: 0, signal: null });
    assert.deepEqual(this.errors, []);
  }

  /** Ends at once, as by a failure of the machine's power as far as the process is concerned. */
  async kill(): Promise<void> {
    this.signal('SIGKILL');
    await this.exit();
  }

  /** Another server on the same data; the port is another one, too. */
  again(environment: Environment = this.environment): Promise<ServerProcess> {
    return ServerProcess.start(this.dataFolder, environment);
  }
}

/** A server with a new data folder, which looks for jobs often: most tests wait for some. */
export async function startServer(environment: Environment = {}): Promise<ServerProcess> {
  const data = join(await temporaryFolder(), 'data');
  return ServerProcess.start(data, { ASSAY_WORKER_POLL_MS: '20', ...environment });
}

/** A folder that is removed when the test process ends. */
export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'assay-acceptance-'));
  folders.push(folder);
  return folder;
}

const folders: string[] = [];

/** At the end of a file: ends the servers that a failed test has left running, and removes every temporary folder and what belongs to it. */
export async function removeTemporaryFolders(): Promise<void> {
  for (const child of running) child.kill('SIGKILL');
  await removeInstallations();
  const removed = folders
    .splice(0)
    .map((folder) => rm(folder, { recursive: true, force: true, maxRetries: 3 }));
  await Promise.all(removed);
}

/** Every file below the folder, `/`-separated, sorted, with its size; what vanishes meanwhile is left out. */
export async function filesBelow(folder: string): Promise<Map<string, number>> {
  const entries = await entriesBelow(folder);
  const files = new Map<string, number>();
  for (const entry of entries) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    const size = await stat(path).then(
      ({ size }) => size,
      () => undefined,
    );
    if (size !== undefined) files.set(path.slice(folder.length + 1), size);
  }
  return new Map([...files].sort());
}

/** One after the other: to list them at once fails for a folder that is removed meanwhile. */
async function entriesBelow(folder: string): Promise<Dirent[]> {
  const entries = await readdir(folder, { withFileTypes: true });
  const below = entries
    .filter((entry) => entry.isDirectory())
    .map((entry) => entriesBelow(join(entry.parentPath, entry.name)).catch(noneIfGone));
  return [...entries, ...(await Promise.all(below)).flat()];
}

function noneIfGone(error: NodeJS.ErrnoException): [] {
  if (error.code === 'ENOENT') return [];
  throw error;
}

function withoutSettings(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(environment).filter(([name]) => !name.startsWith('ASSAY_')));
}
