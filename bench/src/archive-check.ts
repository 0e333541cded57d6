// How long the archive check takes (CRC-32 and SHA-256 of every member and of the whole, every rule), beside
// `unzip -t` (CRC-32 only) on the same archive in the same run.
//
//   node bench/src/archive-check.ts
import { execFileSync } from 'node:child_process';
import { randomFillSync } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';
import yazl from 'yazl';
import { statFrom } from '../../server/src/adapters/filesystem/stat-from.ts';
import { ThreadedExaminer } from '../../server/src/adapters/threads/threaded-examiner.ts';
import { checkFields } from '../../server/src/config/checks.ts';
import { readFields } from '../../server/src/config/fields.ts';

const mb = 1_000_000;
const runs = 7;
const nodeModules = fileURLToPath(new URL('../../node_modules', import.meta.url));
// The archive check by itself; what all checks take together is measured by `checks`.
const checkThread = new URL('./archive-only-thread.ts', import.meta.url);

export async function measureArchiveCheck(): Promise<
  { figure: string; ours: number; theirs: number; ratio: number; target: string }[]
> {
  const folder = await mkdtemp(join(tmpdir(), 'assay-bench-'));
  const settings = readFields(checkFields, {}, []);
  const examiner = new ThreadedExaminer(checkThread, settings, settings);
  try {
    const path = join(folder, 'mixed.zip');
    await writeMixedArchive(path);
    const content = statFrom(await stat(path, { bigint: true }));
    const ours = () => examine(examiner, path, content);
    const theirs = async () => void execFileSync('unzip', ['-tqq', path]);
    await ours();
    await theirs();
    const times: { ours: number[]; theirs: number[] } = { ours: [], theirs: [] };
    for (let run = 0; run < runs; run++) {
      times.ours.push(await secondsOf(ours));
      times.theirs.push(await secondsOf(theirs));
    }
    const figures = { ours: median(times.ours), theirs: median(times.theirs) };
    return [
      {
        figure: 'archive check of 450 MB mixed content ÷ `unzip -t` (s)',
        ...figures,
        ratio: figures.ours / figures.theirs,
        target: '≤ 0.5',
      },
    ];
  } finally {
    await examiner.close();
    await rm(folder, { recursive: true });
  }
}

async function examine(
  examiner: ThreadedExaminer,
  path: string,
  content: ReturnType<typeof statFrom>,
): Promise<void> {
  const { results } = await examiner.examine(
    { store: 'file', path, ...content },
    { kind: 'code', fileName: 'mixed.zip' },
    new AbortController().signal,
  );
  const archive = results.find(({ check }) => check === 'archive');
  if (archive?.verdict !== 'passed') throw new Error(`the check did not pass: ${JSON.stringify(results)}`);
}

/**
 * 450 MB in the proportions of a package that carries a model: programs as they are installed here (JavaScript,
 * declarations, WebAssembly), text that compresses well, and random bytes in place of weights, half of them stored.
 */
async function writeMixedArchive(path: string): Promise<void> {
  const zip = new yazl.ZipFile();
  const written = pipeline(zip.outputStream, createWriteStream(path));
  let programs = 0;
  for (let copy = 0; programs < 200 * mb; copy++) {
    const before = programs;
    for (const { file, sizeBytes } of await filesBelow(nodeModules)) {
      if (programs + sizeBytes > 200 * mb) continue;
      zip.addFile(file, `mixed/programs-${copy}/${relative(nodeModules, file)}`, { mode: 0o100644 });
      programs += sizeBytes;
    }
    if (programs === before) break;
  }
  for (let i = 0; i < 100; i++) zip.addBuffer(logText(1.5 * mb, i), `mixed/logs/${i}.log`);
  for (const [i, compress] of [true, false, true, false].entries()) {
    zip.addBuffer(randomFillSync(Buffer.alloc(25 * mb)), `mixed/weights/${i}.bin`, { compress });
  }
  zip.addBuffer(Buffer.from('# Mixed\n'), 'mixed/README.md');
  zip.end();
  await written;
}

async function filesBelow(folder: string): Promise<{ file: string; sizeBytes: number }[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  // The runtime itself and native programs would drown everything else; archives in it are opened by us alone.
  const chosen = files
    .filter((file) => !/\/(node|node-bin|@biomejs|@typescript|\.cache)\/|\.(jar|zip|t?gz|xz)$/.test(file))
    .sort();
  return Promise.all(chosen.map(async (file) => ({ file, sizeBytes: (await stat(file)).size })));
}

/** Lines as a server logs them: much alike, no two the same. */
function logText(sizeBytes: number, seed: number): Buffer {
  const lines: string[] = [];
  let state = seed + 1;
  for (let length = 0; length < sizeBytes; ) {
    state = (state * 48_271) % 0x7fff_ffff;
    const line = `2026-01-${10 + (state % 20)}T12:${10 + (state % 50)}:00Z info request ${state.toString(36)} GET /api/packages/${state % 997} 200 ${state % 211} ms\n`;
    lines.push(line);
    length += line.length;
  }
  return Buffer.from(lines.join('')).subarray(0, sizeBytes);
}

async function secondsOf(work: () => Promise<void>): Promise<number> {
  const startedAt = performance.now();
  await work();
  return (performance.now() - startedAt) / 1000;
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

if (import.meta.main) {
  for (const { figure, ours, theirs, ratio, target } of await measureArchiveCheck()) {
    console.log(
      `${figure}: ${ours.toFixed(2)} / ${theirs.toFixed(2)} = ${ratio.toFixed(2)} (target ${target})`,
    );
  }
}
