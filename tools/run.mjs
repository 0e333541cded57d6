// Runs a program of this repository under the Node.js that the repository brings (npm package `node`),
// after installing the locked dependencies when that is needed. Works with any Node.js >= 20 and imports
// nothing, since on a fresh clone there is nothing to import yet.
//
//   node tools/run.mjs server/src/main.ts serve
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const node = join(root, 'node_modules', 'node', 'bin', process.platform === 'win32' ? 'node.exe' : 'node');

/** npm writes `node_modules/.package-lock.json` last; older than the lock file means not up to date. */
function installIsStale() {
  const installed = join(root, 'node_modules', '.package-lock.json');
  if (!existsSync(installed) || !existsSync(node)) return true;
  return statSync(installed).mtimeMs < statSync(join(root, 'package-lock.json')).mtimeMs;
}

function install() {
  console.error('Installing dependencies from package-lock.json (once) …');
  const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';
  const { status, error } = spawnSync(npm, ['ci', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: root,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  if (error || status !== 0) {
    console.error(`npm ci failed (${error?.message ?? `exit code ${status}`}). Run it by hand to see why.`);
    process.exit(1);
  }
}

/**
 * Memory given back to the system instead of kept for later: few arenas of the C library's allocator, large buffers
 * outside of them, a small young generation. Together a third less for a server that receives and checks packages.
 * So small a generation is collected sooner by one thread than by several that have to be woken for it.
 */
const frugal = { MALLOC_ARENA_MAX: '2', MALLOC_MMAP_THRESHOLD_: '262144' };
const options = [
  '--disable-warning=ExperimentalWarning',
  '--max-semi-space-size=8',
  '--no-parallel-scavenge',
];

function runProgram([program, ...args]) {
  const child = spawn(node, [...options, join(root, program), ...args], {
    stdio: 'inherit',
    // Compiled modules from before the first one on: each thread would otherwise load a TypeScript compiler of its own.
    env: { NODE_COMPILE_CACHE: join(root, 'node_modules', '.cache', 'compile'), ...frugal, ...process.env },
  });
  // The terminal sends Ctrl-C to both processes; the child decides how to stop, the parent only waits.
  process.on('SIGINT', () => {});
  for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  stopWithNpm(child);
  child.on('exit', (code, signal) => process.exit(code ?? (signal === 'SIGINT' ? 130 : 1)));
}

/** npm ended by a signal ends only the shell between us; the program must not live on without anybody noticing. */
function stopWithNpm(child) {
  if (process.env.npm_lifecycle_event === undefined || process.platform === 'win32') return;
  const shell = process.ppid;
  const watch = setInterval(() => {
    if (process.ppid === shell) return;
    clearInterval(watch);
    child.kill('SIGTERM');
  }, 250).unref();
  // Ctrl-C ends the shell too, but the child has heard of it itself.
  process.on('SIGINT', () => clearInterval(watch));
}

if (installIsStale()) install();
runProgram(process.argv.slice(2));
