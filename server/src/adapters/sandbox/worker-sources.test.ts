import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { sourcesWithoutTypes } from './worker-sources.ts';

const framesFile = fileURLToPath(new URL('./frames.ts', import.meta.url));
/** With a Node.js that takes no types out, so that whatever has some cannot be loaded. */
const load = (file: string) =>
  execFileSync(
    process.execPath,
    [
      '--no-strip-types',
      `--import=${sourcesWithoutTypes()}`,
      '--input-type=module',
      '--eval',
      `await import('${file}')`,
    ],
    { stdio: 'pipe' },
  );

test('workers load their sources without types, and other files as they are', () => {
  load(framesFile);
  load(fileURLToPath(new URL('./worker/kernel-lock.ts', import.meta.url)));
  const folder = mkdtempSync(join(tmpdir(), 'assay-sources-'));
  writeFileSync(join(folder, 'other.ts'), 'const a: number = 1;');
  assert.throws(() => load(join(folder, 'other.ts')), /ERR_UNKNOWN_FILE_EXTENSION/);
  rmSync(folder, { recursive: true });
});

test('the sources of workers are handed over in what Linux takes as one argument', () => {
  assert.ok(sourcesWithoutTypes().length < 120_000, String(sourcesWithoutTypes().length));
});
