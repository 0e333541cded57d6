import assert from 'node:assert/strict';
import type { Api } from '../call.ts';
import type { Ledger } from './ledger.ts';

interface AuditEntry {
  readonly operation: string;
  readonly subject: { readonly packageId?: string; readonly versionId?: string; readonly id?: string };
}

/** Everything that was acknowledged is told exactly once, however often the server died over it. */
export async function requireAuditOf(admin: Api, ledger: Ledger): Promise<void> {
  const told = await countSucceeded(admin);
  for (const entry of ledger.entries) {
    const expected = new Map<string, number>();
    for (const operation of entry.done) expected.set(operation, (expected.get(operation) ?? 0) + 1);
    for (const [operation, times] of expected) {
      const key = operation === 'upload.complete' ? entry.uploadId : entry.versionId;
      assert.equal(told.get(`${operation} ${key}`), times, `the audit entries ${operation} of ${entry}`);
    }
    const downloads = told.get(`version.download ${entry.versionId}`) ?? 0;
    const isRight = downloads >= entry.downloads && downloads <= entry.downloads + entry.downloadsUnanswered;
    assert.ok(isRight, `${downloads} downloads of ${entry} are told, ${entry.downloads} were answered`);
  }
  const each = (operation: string, ids: ReadonlySet<string>) => {
    for (const id of ids) assert.equal(told.get(`${operation} ${id}`), 1, `the audit of ${operation} ${id}`);
  };
  each('upload.begin', ledger.begun);
  each('upload.abort', ledger.aborted);
  each('package.delete', ledger.deletedPackages);
}

const operations = [
  'upload.begin',
  'upload.complete',
  'upload.abort',
  'version.decide',
  'version.yank',
  'version.unyank',
  'version.delete',
  'version.download',
  'package.delete',
  'quarantine.release',
  'quarantine.reject',
];

async function countSucceeded(admin: Api): Promise<Map<string, number>> {
  const counts = new Map<string, number>();
  for (const operation of operations) {
    const query = { operation, outcome: 'succeeded', limit: 200 };
    for (const { subject } of await admin.all<AuditEntry>('/api/audit', query)) {
      const { packageId, versionId, id } = subject;
      const about = operation.startsWith('upload.')
        ? id
        : operation === 'package.delete'
          ? packageId
          : versionId;
      const key = `${operation} ${about}`;
      counts.set(key, (counts.get(key) ?? 0) + 1);
    }
  }
  return counts;
}
