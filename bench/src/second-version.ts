// All checks on a version of which one small file is new, beside those of the version before, when the registry knew
// none of its files.
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { statFrom } from '../../server/src/adapters/filesystem/stat-from.ts';
import { MemoryRememberedFileStore } from '../../server/src/adapters/memory/remembered-files.ts';
import { SystemClock } from '../../server/src/adapters/system/clock.ts';
import { ThreadedExaminer } from '../../server/src/adapters/threads/threaded-examiner.ts';
import { yaraRuleSets } from '../../server/src/adapters/yara/shipped-rules.ts';
import { yaraVersion } from '../../server/src/adapters/yara/yara-engine.ts';
import { checkFields } from '../../server/src/config/checks.ts';
import { readFields } from '../../server/src/config/fields.ts';
import { fileMemory } from '../../server/src/core/checks/index.ts';
import { alternating, secondsOf } from './measure.ts';
import type { Row } from './tables.ts';
import { randomWeights, writeModelPackage } from './write-package.ts';

const thread = new URL('../../server/src/check-thread.ts', import.meta.url);

export async function measureSecondVersion(sizeBytes = 1e9): Promise<Row[]> {
  const folder = await mkdtemp(join(tmpdir(), 'assay-bench-second-'));
  try {
    const weights = randomWeights();
    const [first, second] = [join(folder, 'first.zip'), join(folder, 'second.zip')];
    await writeModelPackage(first, sizeBytes, 'first', 4, weights);
    await writeModelPackage(second, sizeBytes, 'second', 4, weights);
    const seconds = await alternating(
      {
        ours: async () => {
          const memory = emptyMemory();
          await examine(first, memory);
          return examine(second, memory);
        },
        theirs: () => examine(first, emptyMemory()),
      },
      3,
    );
    const figure =
      'all checks of a 1 GB model of which one small file is new ÷ those of the version before (s)';
    return [{ figure, ...seconds, target: '≤ 1' }];
  } finally {
    await rm(folder, { recursive: true });
  }
}

type Memory = ReturnType<typeof emptyMemory>;

function emptyMemory() {
  return fileMemory({ rememberedFiles: new MemoryRememberedFileStore(), clock: new SystemClock() }, '');
}

async function examine(path: string, memory: Memory): Promise<number> {
  const settings = readFields(checkFields, {}, []);
  const yara = yaraVersion({ rules: yaraRuleSets(), windowTimeLimitMs: 0 });
  const examiner = new ThreadedExaminer(thread, settings, settings, null, async () => [yara], {}, memory);
  try {
    const content = { store: 'file', path, ...statFrom(await stat(path, { bigint: true })) } as const;
    const about = { kind: 'model', fileName: 'model.zip' } as const;
    return await secondsOf(async () => {
      const { results } = await examiner.examine(content, about, new AbortController().signal);
      const failed = results.find(({ verdict }) => verdict !== 'passed');
      if (failed !== undefined) throw new Error(JSON.stringify(failed));
    });
  } finally {
    await examiner.close();
  }
}
