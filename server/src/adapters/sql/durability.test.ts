import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { sql } from 'kysely';
import type { SqlDatabase } from './sql-database.ts';
import { openSqlite } from './sqlite-database.ts';

const program = fileURLToPath(new URL('../../../test/support/committing-process.ts', import.meta.url));
const folder = await mkdtemp(join(tmpdir(), 'assay-durability-'));
after(() => rm(folder, { recursive: true }));

test('a process that is killed loses no commit that has resolved, and leaves none half done', async () => {
  const path = join(folder, 'registry.db');
  const committed = new Set<string>();
  const finished = new Set<string>();
  for (let round = 0; round < 4; round++) {
    // Two at once, so that one dies while the other writes.
    const both = await Promise.all([killedProcess(path, 25 * round), killedProcess(path, 60 * round)]);
    for (const { what, id } of both.flat()) (what === 'committed' ? committed : finished).add(id);

    const database = openSqlite(path);
    const [items, told, jobs] = [
      await idsIn(database, 'items'),
      await idsIn(database, 'audit_entries'),
      await idsIn(database, 'jobs'),
    ];
    assert.deepEqual([...committed.difference(items)], [], 'commits that were lost');
    assert.deepEqual([...finished.intersection(jobs)], [], 'jobs that are there again');
    // At most the commit that each process was killed over has resolved without a report.
    assert.ok(items.size - committed.size <= 2 * (round + 1), `${items.size} of ${committed.size}`);
    assert.deepEqual(items, told);
    const checked = await sql<{ integrity_check: string }>`PRAGMA integrity_check`.execute(database.write);
    assert.equal(checked.rows[0]?.integrity_check, 'ok');
    await database.close();
  }
  assert.ok(committed.size > 20 && finished.size > 20, 'there was something to lose');
});

/** What a committing process has reported up to its sudden end, `afterMs` after its first few reports. */
async function killedProcess(path: string, afterMs: number): Promise<{ what: string; id: string }[]> {
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', program, path], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = once(child, 'close');
  let reports = '';
  const { promise: busy, resolve } = Promise.withResolvers<void>();
  child.stdout.setEncoding('utf8').on('data', (text) => {
    reports += text;
    if (reports.length > 300) resolve();
  });
  await Promise.race([busy, ended]);
  await wait(afterMs);
  child.kill('SIGKILL');
  assert.deepEqual(await ended, [null, 'SIGKILL']);
  return reports
    .split('\n')
    .slice(0, -1)
    .map((line) => {
      const [what = '', id = ''] = line.split(' ');
      return { what, id };
    });
}

async function idsIn(database: SqlDatabase, table: 'items' | 'audit_entries' | 'jobs'): Promise<Set<string>> {
  const rows = await database.read.selectFrom(table).select('id').orderBy('id').execute();
  return new Set(rows.map(({ id }) => id));
}
