// How long a start takes on a registry with 1,000,000 versions, until requests are answered.
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { filledDatabase } from './filled-registry.ts';
import { median } from './measure.ts';
import { startAssay } from './servers.ts';
import type { Row } from './tables.ts';

export async function measureStart(): Promise<Row[]> {
  const folder = await mkdtemp(join(tmpdir(), 'assay-bench-start-'));
  try {
    await cp(await filledDatabase(1_000_000), join(folder, 'registry.db'));
    const times: number[] = [];
    for (let run = 0; run < 6; run++) {
      const server = await startAssay(folder);
      // The first one makes keys and the administrator besides.
      if (run > 0) times.push(server.startedInS);
      await server.stop();
    }
    return [
      { figure: 'start with 1,000,000 versions (s)', ours: median(times), theirs: null, target: '≤ 2' },
    ];
  } finally {
    await rm(folder, { recursive: true });
  }
}
