// How long a download waits for its validator: with an interpreter that has been started beforehand, without one, and
// for a member of an archive of 2 GB.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openSandbox, type Sandbox } from '../../server/src/adapters/sandbox/sandbox.ts';
import type { SandboxSettings } from '../../server/src/adapters/sandbox/settings.ts';
import type { ValidatorLanguage, ValidatorTask } from '../../server/src/core/validators/index.ts';
import { sparseArchive } from '../../server/test/sandbox/sparse-archive.ts';
import { percentile } from './measure.ts';
import type { Row } from './tables.ts';

const mib = 1024 ** 2;
const runs = 40;

const sources: Readonly<Record<ValidatorLanguage, string>> = {
  python: `
import zipfile
def validate(ctx):
    return ctx.user == 'bob' and 'last.txt' in zipfile.ZipFile(ctx.archive).namelist()`,
  javascript: `
function validate({ user, archive }) {
  return user === 'bob' && archive.entries().some(({ name }) => name === 'last.txt');
}`,
};

const readsMember = `
import zipfile
def validate(ctx):
    return zipfile.ZipFile(ctx.archive).read('last.txt') == b'the last of it'`;

export async function measureSandbox(): Promise<Row[]> {
  const folder = await mkdtemp(join(tmpdir(), 'assay-bench-sandbox-'));
  try {
    const rows: Row[] = [];
    await using warm = openSandbox(settings(folder, 1));
    await using cold = openSandbox(settings(folder, 0));
    for (const language of ['python', 'javascript'] as const) {
      const task = taskOf(language, sources[language], sparseArchive(50 * mib).archive);
      const [whenWarm, whenCold] = [await waits(warm, task), await waits(cold, task)];
      rows.push(
        row(`validator in ${language}, interpreter started before, p95 (ms)`, whenWarm, 150),
        row(`validator in ${language}, interpreter not started, p95 (ms)`, whenCold, 600),
      );
    }
    const { archive, readBytes } = sparseArchive(2_000_000_000);
    const whenLarge = await waits(warm, taskOf('python', readsMember, archive));
    rows.push(
      row('validator that reads a member of 2 GB, p95 (ms)', whenLarge, 1_000),
      row('bytes of the 2 GB that it reads (MB)', readBytes() / (runs + 1) / 1e6, 1),
    );
    return rows;
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** The 95th percentile, after one run that does not count. What is started beforehand has been. */
async function waits(sandbox: Sandbox, task: ValidatorTask): Promise<number> {
  const times: number[] = [];
  for (let run = 0; run <= runs; run++) {
    const { ready, problems } = await sandbox.prepare();
    if (!ready) throw new Error(problems.join(' '));
    const begun = performance.now();
    const { allowed, message } = await sandbox.run(task);
    if (!allowed) throw new Error(`the validator did not allow: ${message}`);
    if (run > 0) times.push(performance.now() - begun);
  }
  return percentile(times, 0.95);
}

function row(figure: string, ours: number, atMost: number): Row {
  return { figure, ours, theirs: null, target: `≤ ${atMost}` };
}

function settings(cacheFolder: string, warm: number): SandboxSettings {
  return {
    preparedFolder: null,
    cacheFolder,
    limits: {
      memoryBytes: 256 * mib,
      fileBytes: 32 * mib,
      cpuSeconds: 5,
      wallMs: 15_000,
      outputBytes: 64 * 1024,
      readBytes: 1024 * mib,
    },
    pool: { warm, idleMs: 600_000, running: 4, waiting: 64, startMs: 30_000 },
    requireKernelLayer: false,
    reach: null,
    report: (problem) => console.error(problem),
  };
}

function taskOf(
  language: ValidatorLanguage,
  source: string,
  archive: ValidatorTask['archive'],
): ValidatorTask {
  return {
    language,
    source,
    packageName: 'bert',
    versionLabel: '1.2.0',
    uploader: 'ada',
    downloader: 'bob',
    groups: ['staff'],
    metadata: { kind: 'model' },
    archive,
  };
}
