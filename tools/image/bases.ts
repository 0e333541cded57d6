// What the Dockerfile begins with, made on this machine where no registry of images can be reached: the same system,
// from the same packages of Debian, under the same names.
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { cp, mkdir, realpath, rename, rm, stat, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import type { Engine } from './engine.ts';

const run = promisify(execFile);
const dayMs = 24 * 3_600_000;

/** What the official slim images leave out too. */
const leftOut = ['doc', 'groff', 'info', 'linda', 'lintian', 'locale', 'man'].map(
  (name) => `/usr/share/${name}/*`,
);

/** The names that the arguments of the Dockerfile have by themselves, by argument. */
export function baseNames(dockerfile: string): { readonly tools: string; readonly base: string } {
  const value = (name: string) => {
    const found = new RegExp(`^ARG ${name}=(\\S+)$`, 'm').exec(dockerfile)?.[1];
    if (found === undefined) throw new Error(`the Dockerfile has no ARG ${name}=…`);
    return found;
  };
  return { tools: value('TOOLS'), base: value('BASE') };
}

/** The release of Debian that a base is named for: `bookworm` of `…/debian:bookworm-slim`. */
export function suiteOf(base: string): string {
  const suite = /\/debian:([a-z]+)-slim(?:@|$)/.exec(base)?.[1];
  if (suite === undefined) throw new Error(`${base} is no slim Debian`);
  return suite;
}

/** Imports both bases, so that the build pulls nothing. */
export async function makeBases(engine: Engine, names: ReturnType<typeof baseNames>): Promise<void> {
  const system = await debian(suiteOf(names.base));
  await engine.podman('import', '--quiet', system, names.base);
  await engine.podman(
    'import',
    '--quiet',
    // Where certificates of this machine's own are trusted, npm has to trust them too.
    '--change=ENV NODE_EXTRA_CA_CERTS=/etc/ssl/certs/ca-certificates.crt',
    await withNpm(engine, system),
    names.tools,
  );
}

/** An archive with the system, of the suite's usual sources with its security updates; made at most once a day. */
async function debian(suite: string): Promise<string> {
  const archive = join(tmpdir(), `assay-${suite}-slim.tar`);
  const made = await stat(archive).catch(() => null);
  if (made !== null && Date.now() - made.mtimeMs < dayMs && made.uid === process.getuid?.()) return archive;
  const part = `${archive}.${process.pid}`;
  const options = leftOut.map((path) => `--dpkgopt=path-exclude=${path}`);
  await run('mmdebstrap', [
    '--quiet',
    '--format=tar',
    '--mode=root',
    '--variant=minbase',
    ...options,
    suite,
    part,
  ]);
  await rename(part, archive);
  return archive;
}

/** The same with the Node.js and npm of this machine: they only fetch, what runs is what they fetch. */
async function withNpm(engine: Engine, system: string): Promise<string> {
  const [root, archive] = [join(engine.folder, 'tools'), join(engine.folder, 'tools.tar')];
  await mkdir(root);
  await run('tar', ['--extract', '--file', system, '--directory', root]);
  const [node, npm] = [await programPath('node'), await programPath('npm')];
  const npmFolder = dirname(dirname(npm));
  await cp(node, join(root, 'usr/local/bin/node'));
  await cp(npmFolder, join(root, 'usr/local/lib/node_modules/npm'), { recursive: true });
  await symlink('../lib/node_modules/npm/bin/npm-cli.js', join(root, 'usr/local/bin/npm'));
  const certificates = '/etc/ssl/certs/ca-certificates.crt';
  await mkdir(join(root, dirname(certificates)), { recursive: true });
  await cp(await realpath(certificates), join(root, certificates));
  await run('tar', ['--create', '--file', archive, '--directory', root, '.']);
  await rm(root, { recursive: true });
  return archive;
}

/** The program of the system, not that of this repository, which npm puts first. */
async function programPath(name: string): Promise<string> {
  const folders = (process.env.PATH ?? '').split(delimiter).filter((path) => !path.includes('node_modules'));
  const path = folders.map((folder) => join(folder, name)).find((candidate) => existsSync(candidate));
  if (path === undefined) throw new Error(`there is no ${name} on the path`);
  return await realpath(path);
}
