// All checks on a package of a model, beside `clamscan` on the same file (with one signature of its own, and its limits
// raised so that it looks at everything) and beside the archive check alone; and how much memory that takes.
import { mkdir, mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { statFrom } from '../../server/src/adapters/filesystem/stat-from.ts';
import { ThreadedExaminer } from '../../server/src/adapters/threads/threaded-examiner.ts';
import { checkFields } from '../../server/src/config/checks.ts';
import { readFields } from '../../server/src/config/fields.ts';
import { alternating, outputOf, secondsOf } from './measure.ts';
import type { Row } from './tables.ts';
import { writeModelPackage } from './write-package.ts';

const everything = new URL('../../server/src/check-thread.ts', import.meta.url);
const archiveOnly = new URL('./archive-only-thread.ts', import.meta.url);

export async function measureChecks(sizeBytes = 1e9): Promise<Row[]> {
  const folder = await mkdtemp(join(tmpdir(), 'assay-bench-checks-'));
  const [all, archive] = [checking(everything), checking(archiveOnly)];
  try {
    const [model, large, textual] = ['model', 'large', 'textual'].map((name) => join(folder, `${name}.zip`));
    if (model === undefined || large === undefined || textual === undefined)
      throw new Error('three packages');
    await writeModelPackage(model, sizeBytes, 'model', 30);
    await writeModelPackage(large, 3 * sizeBytes, 'large', 30);
    await writeModelPackage(textual, sizeBytes, 'textual');
    const watch = watchMemory();
    await all.examine(large);
    const memoryMb = watch.stop();
    const besideArchive = (path: string) =>
      alternating({ ours: () => all.examine(path), theirs: () => archive.examine(path) }, 3);
    const besideClamscan = (path: string) =>
      alternating({ ours: () => all.examine(path), theirs: () => clamscan(folder, path) }, 1);
    const growth = await alternating({ ours: () => all.examine(large), theirs: () => all.examine(model) }, 3);
    const ofModel = 'all checks of a 1 GB model, a tenth of it text,';
    const ofText = 'the same where half of what is expanded is text';
    return [
      { figure: `${ofModel} ÷ \`clamscan\` (s)`, ...(await besideClamscan(model)), target: '≤ 0.25' },
      { figure: `${ofModel} ÷ the archive check alone (s)`, ...(await besideArchive(model)), target: '≤ 2' },
      { figure: `${ofText} ÷ \`clamscan\` (s)`, ...(await besideClamscan(textual)), target: '≤ 0.25' },
      { figure: `${ofText} ÷ the archive check alone (s)`, ...(await besideArchive(textual)), target: '≤ 2' },
      { figure: 'all checks of a 3 GB model ÷ those of a 1 GB one (s)', ...growth, target: '≤ 3.3' },
      {
        figure: 'memory during all checks of a 3 GB model (MB)',
        ours: memoryMb,
        theirs: null,
        target: '≤ 300',
      },
    ];
  } finally {
    await Promise.all([all.close(), archive.close()]);
    await rm(folder, { recursive: true });
  }
}

/** Checks in threads that start once; `examine` gives seconds. */
function checking(thread: URL) {
  const settings = readFields(checkFields, {}, []);
  const examiner = new ThreadedExaminer(thread, settings, settings);
  return {
    async examine(path: string): Promise<number> {
      const content = { store: 'file', path, ...statFrom(await stat(path, { bigint: true })) } as const;
      const about = { kind: 'model', fileName: 'model.zip' } as const;
      return await secondsOf(async () => {
        const { results } = await examiner.examine(content, about, new AbortController().signal);
        const archive = results.find(({ check }) => check === 'archive');
        const failed = results.find(({ verdict }) => verdict === 'failed');
        if (archive?.verdict !== 'passed' || failed !== undefined) throw new Error(JSON.stringify(results));
      });
    },
    close: () => examiner.close(),
  };
}

async function clamscan(folder: string, path: string): Promise<number> {
  const database = join(folder, 'database');
  await mkdir(database, { recursive: true });
  const signature = Buffer.from('known to nobody but this measurement').toString('hex');
  await writeFile(join(database, 'own.ndb'), `Assay.Bench:0:*:${signature}\n`);
  const limits = ['--max-filesize=4000M', '--max-scansize=4000M', '--max-scantime=0'];
  return secondsOf(() => outputOf('clamscan', '--no-summary', `--database=${database}`, ...limits, path));
}

/** The most that this process has resident, the threads of the examiner among it. */
function watchMemory(): { stop(): number } {
  let peak = 0;
  const timer = setInterval(() => {
    peak = Math.max(peak, process.memoryUsage.rss() / 1e6);
  }, 50);
  return {
    stop() {
      clearInterval(timer);
      return peak;
    },
  };
}
