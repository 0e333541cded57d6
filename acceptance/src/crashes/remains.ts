// What lies in the data folder: looked at while no server runs.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { createReadStream, existsSync } from 'node:fs';
import { copyFile, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { pipeline } from 'node:stream/promises';
import { filesBelow } from '../server-process.ts';
import type { Ledger } from './ledger.ts';

/** Runs `look` on a copy of the database, so that what a crash has left stays as it is. */
export async function withRecords<T>(dataFolder: string, look: (records: DatabaseSync) => T): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'assay-records-'));
  try {
    for (const name of ['registry.db', 'registry.db-wal']) {
      const file = join(dataFolder, name);
      if (existsSync(file)) await copyFile(file, join(folder, name));
    }
    const records = new DatabaseSync(join(folder, 'registry.db'));
    try {
      return look(records);
    } finally {
      records.close();
    }
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** What the worker was doing when it died at that time, by the records it left. */
export function phasesOfWorker(dataFolder: string, diedAt: number, leaseMs: number): Promise<string[]> {
  return withRecords(dataFolder, (records) => {
    const jobs = records
      .prepare(
        `SELECT kind, versions.state, versions.digest FROM jobs
         LEFT JOIN versions ON versions.id = json_extract(payload, '$.versionId')
         WHERE jobs.state = 'running' AND due_at > ?`,
      )
      // Older leases are those of a worker that died before.
      .all(diedAt + leaseMs / 2);
    return [...new Set(jobs.map(phaseOf))];
  });
}

/** A version knows its digest when its content is about to be promoted. */
function phaseOf({ kind, state, digest }: Record<string, unknown>): string {
  if (kind !== 'check-version') return String(kind);
  if (state !== 'pending') return 'clean-up after a decision';
  return digest === null ? 'check' : 'promotion';
}

/** Jobs that are not done, dead ones among them, asked while the server runs. */
export function jobsLeft(dataFolder: string): Record<string, unknown>[] {
  const records = new DatabaseSync(join(dataFolder, 'registry.db'), { readOnly: true, timeout: 10_000 });
  try {
    return records.prepare('SELECT id, kind, state, attempt, run_at, failure FROM jobs').all();
  } finally {
    records.close();
  }
}

/** Nothing lies in the data folder but what a version needs, and that is whole. */
export async function requireNoOrphans(dataFolder: string, ledger: Ledger): Promise<void> {
  const content = join(dataFolder, 'content');
  const digests = new Set<string>();
  const quarantined = new Set<string>();
  for (const { possible, versionId, content } of ledger.entries) {
    if (possible.has('published') || possible.has('yanked')) digests.add(content.digest);
    if (possible.has('quarantined')) quarantined.add(versionId);
  }
  const files = [...(await filesBelow(content)).keys()];
  const expected = [
    ...[...digests].map((digest) => `packages/sha256/${digest.slice(0, 2)}/${digest.slice(2, 4)}/${digest}`),
    ...[...quarantined].map((versionId) => `quarantine/${versionId}`),
  ];
  assert.deepEqual(files, expected.sort());
  assert.deepEqual(await readdir(join(content, '.parts')), []);
  assert.deepEqual(await readdir(join(content, '.temporary')), []);
  for (const digest of digests) {
    const path = join(content, expected.find((name) => name.endsWith(digest)) ?? '');
    assert.equal(await digestOfFile(path), digest);
  }
}

async function digestOfFile(path: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path, { highWaterMark: 1024 * 1024 }), hash);
  return hash.digest('hex');
}

/** The records agree with themselves. */
export async function requireSoundRecords(dataFolder: string): Promise<void> {
  await withRecords(dataFolder, (records) => {
    const rows = (query: string) =>
      records
        .prepare(query)
        .all()
        .map((row) => ({ ...row }));
    assert.deepEqual(rows('PRAGMA integrity_check'), [{ integrity_check: 'ok' }]);
    assert.deepEqual(rows('PRAGMA foreign_key_check'), []);
    const shouldBeEmpty = {
      'versions still to be decided':
        "SELECT id, state FROM versions WHERE state IN ('pending', 'releasing')",
      'uploads still open': "SELECT id, expires_at FROM uploads WHERE state = 'open'",
      'readable versions without a hold': `SELECT id FROM versions WHERE state IN ('published', 'yanked')
        AND NOT EXISTS (SELECT 1 FROM content_holds WHERE version_id = versions.id AND digest = versions.digest)`,
      'holds of versions that are not readable': `SELECT version_id FROM content_holds WHERE NOT EXISTS
        (SELECT 1 FROM versions WHERE id = version_id AND state IN ('published', 'yanked'))`,
      'jobs that are not done': 'SELECT id, state, failure FROM jobs',
      'removals that did not come to an end': 'SELECT digest FROM content_removals',
      'decided versions without a report': `SELECT id FROM versions WHERE NOT EXISTS
        (SELECT 1 FROM reports WHERE version_id = versions.id)`,
      'files of versions that nobody can see': `SELECT DISTINCT version_id FROM version_files WHERE NOT EXISTS
        (SELECT 1 FROM versions WHERE id = version_id AND state IN ('published', 'yanked', 'quarantined'))`,
      'packages offering what is not published': `SELECT id FROM packages WHERE latest_version_id IS NOT NULL
        AND NOT EXISTS (SELECT 1 FROM versions WHERE id = latest_version_id AND state = 'published')`,
    };
    for (const [what, query] of Object.entries(shouldBeEmpty)) assert.deepEqual(rows(query), [], what);
  });
}
