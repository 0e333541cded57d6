// How workers are started: which file, and what Node.js itself lets them do.
import { fileURLToPath } from 'node:url';
import type { ValidatorLanguage } from '../../core/validators/index.ts';
import type { KernelCanary, WorkerSettings } from './frames.ts';
import type { WorkerProgram } from './worker-process.ts';
import { sourcesWithoutTypes } from './worker-sources.ts';

const folder = new URL('./', import.meta.url);
const files: Readonly<Record<ValidatorLanguage, URL>> = {
  python: new URL('./worker/python-worker.ts', import.meta.url),
  javascript: new URL('./worker/javascript-worker.ts', import.meta.url),
};

export function workerProgram(language: ValidatorLanguage, settings: WorkerSettings): WorkerProgram {
  const readable = [fileURLToPath(folder), '/proc/self/status', ...packageFolders()];
  if (settings.snapshot !== null) readable.push(settings.snapshot);
  return {
    file: fileURLToPath(files[language]),
    arguments: [JSON.stringify(settings)],
    nodeOptions: [
      '--no-warnings',
      '--disallow-code-generation-from-strings',
      '--disable-proto=delete',
      '--disable-sigusr1',
      '--max-old-space-size=128',
      // Scripts are short: compiling their interpreter a second time, better, takes longer than what it saves, and
      // the compiler that does it is the larger part of what could be attacked.
      '--liftoff-only',
      '--single-threaded-gc',
      '--v8-pool-size=0',
      '--permission',
      '--allow-addons',
      `--import=${sourcesWithoutTypes()}`,
      ...readable.map((path) => `--allow-fs-read=${path}`),
    ],
  };
}

/** Without what Node.js refuses by itself: the kernel alone is tried. */
export function canaryProgram(canary: KernelCanary): WorkerProgram {
  return {
    file: fileURLToPath(new URL('./worker/canary-worker.ts', import.meta.url)),
    arguments: [JSON.stringify(canary)],
    nodeOptions: ['--no-warnings', `--import=${sourcesWithoutTypes()}`],
  };
}

/** The program that makes the file that Python starts from. It runs nothing of anybody else. */
export function snapshotProgram(file: string): readonly string[] {
  const program = new URL('./worker/build-snapshot.ts', import.meta.url);
  return ['--no-warnings', fileURLToPath(program), file];
}

/** Where npm has put what workers load. */
function packageFolders(): readonly string[] {
  const resolved = [
    import.meta.resolve('koffi'),
    import.meta.resolve('pyodide'),
    import.meta.resolve('quickjs-emscripten-core'),
    import.meta.resolve('@jitl/quickjs-ng-wasmfile-release-sync'),
  ].map((url) => fileURLToPath(url));
  const roots = new Set(resolved.map((path) => path.slice(0, path.lastIndexOf('/node_modules/'))));
  return [...roots].flatMap((root) =>
    ['koffi', '@koromix', 'pyodide', '@jitl', 'quickjs-emscripten-core'].map(
      (name) => `${root}/node_modules/${name}/`,
    ),
  );
}
