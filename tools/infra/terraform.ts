// Terraform, and the copy of infra/ that it works on: what tests apply and destroy must be destroyable, and nothing is
// written into the checkout.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { findProgram } from '../find-program.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));

/** What the stacks read of the rest of the repository. */
const readElsewhere = ['server/src/adapters/dynamodb/tables.json'];

export interface Terraform {
  readonly program: string;
  /** Arguments by which `init` finds the provider: none where it is downloaded. */
  readonly plugins: readonly string[];
}

/** Terraform of this machine; a text says what is missing. */
export async function findTerraform(): Promise<Terraform | string> {
  const program = findProgram('terraform');
  if (program === undefined) {
    return 'terraform is not there: https://developer.hashicorp.com/terraform/install (1.11 or later)';
  }
  const folder = await pluginFolder();
  return { program, plugins: folder === undefined ? [] : [`-plugin-dir=${folder}`] };
}

/**
 * A folder with providers that were downloaded before: that of INFRA_PLUGINS, or the user's, or one in /opt. Without one
 * `terraform init` downloads them.
 */
async function pluginFolder(): Promise<string | undefined> {
  const given = process.env.INFRA_PLUGINS;
  const usual = async () => [
    join(homedir(), '.terraform.d/plugins'),
    ...(await readdir('/opt').catch(() => [])).map((name) => join('/opt', name)),
  ];
  const places = given === undefined ? await usual() : [given];
  for (const place of places) {
    const isThere = await stat(join(place, 'registry.terraform.io')).catch(() => undefined);
    if (isThere?.isDirectory()) return place;
  }
  return undefined;
}

export class WorkingCopy implements AsyncDisposable {
  /** Of the copy of `infra/`. */
  readonly folder: string;

  static async make(): Promise<WorkingCopy> {
    const top = await mkdtemp(join(tmpdir(), 'assay-infra-'));
    await cp(join(root, 'infra'), join(top, 'infra'), {
      recursive: true,
      filter: (path) => !/(^|\/)\.terraform|\.tfstate/.test(path.slice(root.length)),
    });
    for (const path of readElsewhere) await cp(join(root, path), join(top, path));
    const copy = new WorkingCopy(join(top, 'infra'));
    for (const stack of await copy.stacks()) await keepStateInFile(join(copy.folder, stack));
    return copy;
  }

  private constructor(folder: string) {
    this.folder = folder;
  }

  /** Lets everything be destroyed: what tests make has to go again. */
  async allowDestroying(): Promise<void> {
    for (const path of await filesOf(this.folder, '.tf')) {
      const text = await readFile(join(this.folder, path), 'utf8');
      const changed = text.replaceAll(/prevent_destroy\s*=\s*true/g, 'prevent_destroy = false');
      if (changed !== text) await writeFile(join(this.folder, path), changed);
    }
  }

  /** `stacks/<name>`, of each. */
  stacks(): Promise<string[]> {
    return foldersOf(this.folder, 'stacks');
  }

  /** `modules/<name>`, of each. */
  modules(): Promise<string[]> {
    return foldersOf(this.folder, 'modules');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await rm(dirname(this.folder), { recursive: true, force: true });
  }
}

export interface Run {
  readonly code: number;
  readonly output: string;
}

export interface RunOptions {
  readonly folder: string;
  readonly environment?: Readonly<Record<string, string>>;
  /** Gets every line of standard output, which is then not kept. */
  readonly onLine?: (line: string) => void;
}

/** Runs it to its end, whatever that is. */
export async function run(
  { program }: Terraform,
  args: readonly string[],
  options: RunOptions,
): Promise<Run> {
  const child = spawn(program, args, {
    cwd: options.folder,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      ...process.env,
      TF_CLI_CONFIG_FILE: '/dev/null',
      TF_IN_AUTOMATION: 'true',
      CHECKPOINT_DISABLE: 'true',
      ...options.environment,
    },
  });
  const ended = once(child, 'close');
  let output = '';
  child.stderr.setEncoding('utf8').on('data', (text) => {
    output += text;
  });
  for await (const line of createInterface(child.stdout)) {
    if (options.onLine === undefined) output += `${line}\n`;
    else options.onLine(line);
  }
  const [code] = await ended;
  return { code: code ?? 1, output };
}

/** The same, for what must succeed: rejects with the output when it does not. */
export async function mustRun(
  terraform: Terraform,
  args: readonly string[],
  options: RunOptions,
): Promise<string> {
  const { code, output } = await run(terraform, args, options);
  if (code !== 0) throw new Error(`terraform ${args[0]} in ${options.folder} failed:\n${output}`);
  return output;
}

export function init(terraform: Terraform, options: RunOptions): Promise<string> {
  return mustRun(terraform, ['init', '-input=false', '-no-color', ...terraform.plugins], options);
}

/** Why the provider cannot be had here, tried with a module that needs nothing else; null when it can. */
export async function whyNoProvider(terraform: Terraform, copy: WorkingCopy): Promise<string | null> {
  const args = ['init', '-input=false', '-no-color', ...terraform.plugins];
  const { code, output } = await run(terraform, args, { folder: join(copy.folder, 'modules/keys') });
  if (code === 0) return null;
  return `the provider cannot be had: download it, or name its folder in INFRA_PLUGINS\n${output}`;
}

/** Paths of the files with this ending, relative to the folder. */
export async function filesOf(folder: string, ending: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true });
  return entries.filter((path) => path.endsWith(ending) && !path.includes('.terraform')).sort();
}

async function foldersOf(folder: string, kind: string): Promise<string[]> {
  const entries = await readdir(join(folder, kind), { withFileTypes: true });
  return entries
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => `${kind}/${name}`)
    .sort();
}

/** Stacks keep their state in S3; here there is none. */
async function keepStateInFile(folder: string): Promise<void> {
  await writeFile(join(folder, 'working_copy_override.tf'), 'terraform {\n  backend "local" {}\n}\n');
}
