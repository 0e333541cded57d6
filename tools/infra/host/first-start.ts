// What a host of EC2 is told to do at its first start (its user data), done below a folder instead of `/`, up to what
// Docker is asked to run. Programs of the host that are not at hand are replaced by such as note what they are asked.
//
//   dnf, systemctl, chown   do nothing
//   aws                     stand-in-for-aws.ts, with the credentials of the host's role
//   docker                  keeps the arguments of `run`
//
// Units are started as systemd would: what a unit requires first, then the lines that it executes.
import { execFile } from 'node:child_process';
import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs, promisify } from 'node:util';
import { findProgram } from '../../find-program.ts';
import type { Environment } from '../rehearsal.ts';

const aws = fileURLToPath(new URL('stand-in-for-aws.ts', import.meta.url));

/** A container that Docker was asked to run. */
export interface Container {
  readonly image: string;
  readonly command: readonly string[];
  /** As the program reads it; names of files that the host lends it are those on this machine. */
  readonly environment: Environment;
}

/** What is there on a host before: of the system, and of packages that it installs. */
const folders = [
  'etc/systemd/system',
  'opt/aws/amazon-cloudwatch-agent/etc',
  'run',
  'usr/local/bin',
  'stand-ins',
];

export class FirstStart {
  readonly #root: string;
  readonly #environment: Environment;

  /** Below `root`, with `environment` as what programs find of AWS. Rejects with what the script complains of. */
  static async run(script: string, root: string, environment: Environment): Promise<FirstStart> {
    for (const folder of folders) await mkdir(join(root, folder), { recursive: true });
    const host = new FirstStart(root, {
      ...environment,
      PATH: `${join(root, 'stand-ins')}:${process.env.PATH}`,
    });
    await host.#standIn('dnf', '');
    await host.#standIn(
      'systemctl',
      'if [ "$1 $2" = "enable --now" ]; then shift 2; echo "$@" >> enabled; fi',
    );
    await host.#standIn('chown', '');
    await host.#standIn('aws', `exec '${process.execPath}' '${aws}' "$@"`);
    await host.#standIn(
      'docker',
      `case $1 in login) grep -q . ;; run) printf '%s\\0' "$@" > container-"$3" ;; esac`,
    );
    await writeFile(join(root, 'start.sh'), host.#below(script));
    await host.#bash('start.sh');
    return host;
  }

  private constructor(root: string, environment: Environment) {
    this.#root = root;
    this.#environment = environment;
  }

  /** What is wrong with the files that the script has written, besides what running them shows. */
  async findings(): Promise<string[]> {
    const agent = await this.#read('opt/aws/amazon-cloudwatch-agent/etc/amazon-cloudwatch-agent.json');
    const findings: string[] = [];
    try {
      JSON.parse(agent);
    } catch (error) {
      findings.push(`the agent's configuration: ${error}`);
    }
    return [...findings, ...(await this.#complaintsOfSystemd())];
  }

  /** Starts all units that the script has enabled. Rejects when one cannot be. */
  async startUnits(): Promise<void> {
    const enabled = (await this.#read('enabled')).split(/\s+/).filter((unit) => unit.startsWith('assay'));
    for (const unit of enabled.filter((name) => name.endsWith('.service'))) await this.#start(unit);
  }

  async container(name: string): Promise<Container> {
    const [, ...args] = (await this.#read(`container-${name}`)).split('\0').slice(0, -1);
    const { values, positionals } = parseArgs({ args, options: optionsOfDocker, allowPositionals: true });
    const [image = '', ...command] = positionals;
    const lent = lentFiles(values.volume ?? []);
    const given = variablesIn(await readFile(values['env-file'] ?? '/dev/null', 'utf8'));
    const environment = Object.fromEntries(given.map(([name, value]) => [name, lent.get(value) ?? value]));
    return { image, command, environment };
  }

  async #start(unit: string): Promise<void> {
    const text = (await this.#read(`etc/systemd/system/${unit}`)).replaceAll('\\\n', ' ');
    const valuesOf = (name: string) =>
      [...text.matchAll(new RegExp(`^${name}=(.*)$`, 'gm'))].map(([, value = '']) => value);
    const required = valuesOf('Requires').flatMap((units) => units.split(' '));
    for (const other of required.filter((name) => name.startsWith('assay'))) await this.#start(other);
    // A minus says that the unit starts all the same when the line fails; here none may.
    const lines = [...valuesOf('ExecStartPre'), ...valuesOf('ExecStart')];
    for (const line of lines) await this.#bash('-c', `set -o pipefail; ${line.replace(/^-/, '')}`);
  }

  /** Of units, as far as systemd is on this machine. */
  async #complaintsOfSystemd(): Promise<string[]> {
    const verify = findProgram('systemd-analyze');
    if (verify === undefined) return [];
    const folder = join(this.#root, 'etc/systemd/system');
    const docker = '[Unit]\nDescription=Docker\n[Service]\nExecStart=/bin/true\n';
    await writeFile(join(folder, 'docker.service'), docker);
    const units = ['assay.service', 'assay-proxy.service', 'assay-password.timer'];
    const { stderr } = await promisify(execFile)(
      verify,
      ['verify', ...units.map((unit) => join(folder, unit))],
      {
        env: { ...process.env, SYSTEMD_UNIT_PATH: `${folder}:` },
      },
    ).catch((error) => error as { stderr: string });
    return stderr.split('\n').filter((line) => line.includes(this.#root));
  }

  async #standIn(name: string, script: string): Promise<void> {
    const path = join(this.#root, 'stand-ins', name);
    await writeFile(path, `#!/bin/bash\ncd '${this.#root}'\n${script}\n`);
    await chmod(path, 0o755);
  }

  /** The same text, with the host's folders below ours; what is told to the program is about its container, and stays. */
  #below(text: string): string {
    return text
      .replaceAll(/(?<![\w/])(?<!^ASSAY_\w+=.*)\/(etc|opt|run\/assay|usr\/local)\b/gm, `${this.#root}/$1`)
      .replaceAll('/usr/bin/docker', `${this.#root}/stand-ins/docker`);
  }

  async #bash(...args: string[]): Promise<void> {
    const options = { cwd: this.#root, env: this.#environment };
    await promisify(execFile)('bash', args, options).catch((error: Error & { stderr: string }) => {
      throw new Error(`bash ${args.join(' ')}: ${error.stderr || error.message}`);
    });
  }

  #read(path: string): Promise<string> {
    return readFile(join(this.#root, path), 'utf8');
  }
}

/** By its path in the container, where each file of the host is; volumes of Docker's own are no files of it. */
function lentFiles(volumes: readonly string[]): ReadonlyMap<string, string> {
  const lent = new Map<string, string>();
  for (const [from = '', to = ''] of volumes.map((volume) => volume.split(':'))) {
    if (from.startsWith('/')) lent.set(to, from);
  }
  return lent;
}

function variablesIn(text: string): [string, string][] {
  const lines = text.split('\n').filter((line) => line !== '');
  return lines.map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]);
}

const optionsOfDocker = {
  name: { type: 'string' },
  network: { type: 'string' },
  init: { type: 'boolean' },
  'read-only': { type: 'boolean' },
  'cap-drop': { type: 'string' },
  'cap-add': { type: 'string' },
  'security-opt': { type: 'string' },
  user: { type: 'string' },
  tmpfs: { type: 'string' },
  publish: { type: 'string', multiple: true },
  volume: { type: 'string', multiple: true },
  'env-file': { type: 'string' },
  'log-driver': { type: 'string' },
  'log-opt': { type: 'string', multiple: true },
} as const;
