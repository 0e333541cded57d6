// Where attacks are tried: a sandbox with small limits, and outside of it what an attacker would want to reach.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { openSandbox, type Sandbox } from '../../src/adapters/sandbox/sandbox.ts';
import type { Layers, SandboxSettings } from '../../src/adapters/sandbox/settings.ts';
import type {
  ValidatorCause,
  ValidatorLanguage,
  ValidatorOutcome,
  ValidatorTask,
} from '../../src/core/validators/index.ts';
import { zipBytes } from '../support/zip-bytes.ts';

const mib = 1024 ** 2;

export interface Attack {
  /** Read after `cannot`: `import JavaScript's globals`. */
  readonly tries: string;
  readonly language: ValidatorLanguage;
  /** `{{secret}}`, `{{marker}}` and `{{port}}` stand for what is outside. */
  readonly source: string;
  /** How it may end. An attack that fails quietly may well end with exit code 0, which allows. */
  readonly ends: readonly ValidatorCause[];
}

/** Why the sandbox cannot be tried here; false: it can. */
export const noSandbox: string | false =
  process.platform === 'linux' ? false : `${process.platform} has no seccomp: the sandbox needs Linux`;

/** Shared by all tests: a started Python takes seconds to make. */
export const cacheFolder = fileURLToPath(new URL('../../../node_modules/.cache/sandbox', import.meta.url));

export const testSettings: SandboxSettings = {
  preparedFolder: null,
  cacheFolder,
  limits: {
    memoryBytes: 128 * mib,
    fileBytes: 8 * mib,
    cpuSeconds: 2,
    wallMs: 60_000,
    outputBytes: 64 * 1024,
    readBytes: 64 * mib,
  },
  pool: { warm: 1, idleMs: 60_000, running: 2, waiting: 200, startMs: 60_000 },
  requireKernelLayer: false,
  reach: null,
  report: () => {},
};

export const archive = zipBytes([
  { name: 'model.bin', content: 'weights' },
  { name: 'README.md', content: 'Read me.' },
]);

export function taskFor(
  language: ValidatorLanguage,
  source: string,
  bytes: Uint8Array = archive,
): ValidatorTask {
  return {
    language,
    source,
    packageName: 'bert',
    versionLabel: '1.2.0',
    uploader: 'ada',
    downloader: 'bob',
    groups: ['reviewers', 'staff'],
    metadata: { kind: 'model', license: 'MIT' },
    archive: {
      sizeBytes: bytes.length,
      read: async (offset, length) => bytes.subarray(offset, offset + length),
    },
  };
}

export class AttackRange implements AsyncDisposable {
  readonly sandbox: Sandbox;
  readonly reported: string[] = [];
  readonly #folder: string;
  readonly #secret = randomUUID();
  readonly #server: Server;
  #connections = 0;

  private constructor(folder: string, layers: Layers | undefined, settings: Partial<SandboxSettings>) {
    this.#folder = folder;
    this.#server = createServer((socket) => {
      this.#connections++;
      socket.destroy();
    });
    const report = (problem: string) => this.reported.push(problem);
    this.sandbox = openSandbox({ ...testSettings, report, ...settings }, layers);
  }

  static async open(layers?: Layers, settings: Partial<SandboxSettings> = {}): Promise<AttackRange> {
    const range = new AttackRange(await mkdtemp(join(tmpdir(), 'assay-attacks-')), layers, settings);
    // Open to everybody: what keeps scripts out is the sandbox alone.
    await chmod(range.#folder, 0o777);
    await writeFile(range.#path('secret'), range.#secret, { mode: 0o666 });
    await new Promise<void>((resolve) => range.#server.listen(0, '127.0.0.1', resolve));
    return range;
  }

  /** Runs the attack, and makes sure that it has reached nothing, and that nothing about this machine is told. */
  async withstands(attack: Attack): Promise<ValidatorOutcome> {
    const source = attack.source
      .replaceAll('{{secret}}', this.#path('secret'))
      .replaceAll('{{marker}}', this.#path('marker'))
      .replaceAll('{{port}}', String(this.#port));
    const outcome = await this.sandbox.run(taskFor(attack.language, source));
    const said = `${outcome.message}\n${outcome.diagnostics ?? ''}`;
    assert.ok(!said.includes(this.#secret), 'it has read a file of this machine');
    assert.ok(!existsSync(this.#path('marker')), 'it has written a file of this machine');
    assert.equal(this.#connections, 0, 'it has opened a connection');
    assert.doesNotMatch(said, /ESCAPED/);
    assert.doesNotMatch(said, /node:internal|\/node_modules\/|python-worker|file:\/\//);
    assert.ok(!said.includes(process.cwd()), 'it has learned where the program lies');
    assert.ok(
      attack.ends.includes(outcome.cause),
      `it ended with ${outcome.cause}: ${outcome.message} ${outcome.diagnostics}`,
    );
    assert.equal(outcome.allowed, outcome.cause === 'allowed');
    return outcome;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.sandbox[Symbol.asyncDispose]();
    await new Promise((resolve) => this.#server.close(resolve));
    await rm(this.#folder, { recursive: true });
  }

  get #port(): number {
    const address = this.#server.address();
    return typeof address === 'object' ? (address?.port ?? 0) : 0;
  }

  #path(name: string): string {
    return join(this.#folder, name);
  }
}
