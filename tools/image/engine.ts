// The container engine of the rehearsal: podman with runc, both of Debian, on a storage of its own that is thrown away.
// Nothing of the machine's own images and containers is seen or touched.
import { execFile, spawnSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { findProgram } from '../find-program.ts';

const run = promisify(execFile);

/** A program and the Debian package that has it. */
const needed = [
  ['podman', 'podman'],
  ['runc', 'runc'],
  ['conmon', 'conmon'],
  ['mmdebstrap', 'mmdebstrap'],
] as const;

/** Why this machine cannot build and run images; null where it can. */
export function engineProblem(): string | null {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) {
    return 'needs Linux, and root, which makes the file systems of images';
  }
  const missing = needed.filter(([program]) => findProgram(program) === undefined);
  if (missing.length === 0)
    return mayMount() ? null : 'needs the right to mount, which this machine does not give';
  const [programs, packages] = [0, 1].map((column) => missing.map((one) => one[column]).join(' '));
  return `needs ${programs}: apt-get install ${packages}`;
}

/** Root in a container may lack it. */
function mayMount(): boolean {
  const mount = 'mount -t tmpfs none /mnt';
  return spawnSync('unshare', ['--mount', '--pid', '--fork', 'sh', '-c', mount]).status === 0;
}

export class Engine implements AsyncDisposable {
  readonly #folder: string;

  static async open(): Promise<Engine> {
    const folder = await mkdtemp(join(tmpdir(), 'assay-image-'));
    const storage = [
      '[storage]',
      'driver = "overlay"',
      `graphroot = "${folder}/graph"`,
      `runroot = "${folder}/run"`,
    ];
    await writeFile(join(folder, 'storage.conf'), `${storage.join('\n')}\n`);
    // Without systemd, and without the right to raise limits, as in other containers and small machines.
    const containers = [
      '[containers]',
      'default_ulimits = ["nofile=8192:8192", "nproc=4096:4096"]',
      '[engine]',
      'cgroup_manager = "cgroupfs"',
      'events_logger = "file"',
      'runtime = "runc"',
      `volume_path = "${folder}/volumes"`,
    ];
    await writeFile(join(folder, 'containers.conf'), `${containers.join('\n')}\n`);
    return new Engine(folder);
  }

  private constructor(folder: string) {
    this.#folder = folder;
  }

  /** A folder for files of the rehearsal; it goes with the engine. */
  get folder(): string {
    return this.#folder;
  }

  /** Resolves with standard output. Rejects with what podman has complained of. */
  async podman(...args: readonly string[]): Promise<string> {
    const environment = {
      ...process.env,
      CONTAINERS_STORAGE_CONF: join(this.#folder, 'storage.conf'),
      CONTAINERS_CONF: join(this.#folder, 'containers.conf'),
    };
    const { stdout } = await run('podman', args, { env: environment, maxBuffer: 64 * 1024 * 1024 });
    return stdout.trim();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.podman('rm', '--all', '--force', '--time', '0').catch(() => {});
    await this.podman('rmi', '--all', '--force').catch(() => {});
    await rm(this.#folder, { recursive: true, force: true });
  }
}
