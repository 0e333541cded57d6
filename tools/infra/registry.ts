// The registry of this checkout as processes on what a stack has made, and acceptance tests that are run against it.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Environment } from './rehearsal.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));

/** A folder that is gone with what it is declared in. */
export class ScratchFolder implements AsyncDisposable {
  readonly path: string;

  static async make(): Promise<ScratchFolder> {
    return new ScratchFolder(await mkdtemp(join(tmpdir(), 'assay-rehearsal-')));
  }

  private constructor(path: string) {
    this.path = path;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await rm(this.path, { recursive: true, force: true });
  }
}

/** A command of the program that goes on, `work` or `serve`, until it is told to stop. */
export class RunningProgram implements AsyncDisposable {
  readonly #child: ChildProcess;
  readonly #ended: Promise<unknown>;
  #output = '';

  constructor(command: readonly string[], environment: Environment) {
    this.#child = spawn(
      process.execPath,
      ['--disable-warning=ExperimentalWarning', join(root, 'server/src/main.ts'), ...command],
      { stdio: ['ignore', 'pipe', 'inherit'], env: { PATH: process.env.PATH, ...environment } },
    );
    this.#ended = once(this.#child, 'close');
    this.#child.stdout?.setEncoding('utf8').on('data', (text) => {
      this.#output += text;
    });
  }

  /** What the pattern finds in the output, as soon as it is there; rejects when the program ends before. */
  async printed(pattern: RegExp): Promise<RegExpExecArray> {
    for (;;) {
      const found = pattern.exec(this.#output);
      if (found !== null) return found;
      if (this.#child.exitCode !== null) throw new Error(`it ended before ${pattern}: ${this.#output}`);
      await Promise.race([this.#ended, once(this.#child.stdout ?? this.#child, 'data')]);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#child.exitCode === null) this.#child.kill('SIGTERM');
    await this.#ended;
  }
}

/** A file in acceptance/test, and which of its tests can be run where somebody else has made what it lies on. */
export interface Acceptance {
  readonly file: string;
  /** A regular expression that matches the titles of the others. */
  readonly without?: string;
}

/** Runs the tests on servers with this environment. Empty when all pass and there are some; else what they say. */
export async function accept({ file, without }: Acceptance, environment: Environment): Promise<string[]> {
  const path = join(root, 'acceptance/test', `${file}.test.ts`);
  const child = spawn(
    process.execPath,
    [
      '--disable-warning=ExperimentalWarning',
      '--test',
      ...(without === undefined ? [] : [`--test-skip-pattern=${without}`]),
      path,
    ],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
      env: {
        PATH: process.env.PATH,
        HOME: process.env.HOME,
        ACCEPTANCE_ENGINES: 'given',
        ACCEPTANCE_ENVIRONMENT: JSON.stringify(environment),
      },
    },
  );
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text) => {
    output += text;
  });
  const begun = performance.now();
  const [code] = await once(child, 'close');
  const passed = Number(/pass (\d+)/.exec(output)?.[1] ?? 0);
  const seconds = Math.round((performance.now() - begun) / 1000);
  console.log(`  acceptance/test/${file}.test.ts: ${passed} tests passed (${seconds} s)`);
  return code === 0 && passed > 0 ? [] : [output];
}
