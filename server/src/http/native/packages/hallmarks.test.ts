import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { after, before, test } from 'node:test';
import { someCaller } from '../../../../test/support/samples.ts';
import { testApp } from '../../../../test/support/test-app.ts';
import { testPipeline } from '../../../../test/support/test-pipeline.ts';
import { verifyStatement } from '../../../core/hallmarks/index.ts';
import type { Version } from '../../../core/packages/index.ts';
import { publicKeysIn, verifySignature } from '../../../core/signing/index.ts';

const pipeline = await testPipeline();
const { ports, publish, signIn, auditLog } = pipeline;
let app: Awaited<ReturnType<typeof testApp>>;
let headers: { authorization: string };
let version: Version;
before(async () => {
  app = await testApp({ registry: ports });
  ({ headers } = await signIn('bob', ['search', 'download']));
  version = await publish(someCaller('ada'));
});
after(() => app.close());

const ask = (path: string) => app.inject({ url: `/api/packages/${version.packageId}${path}`, headers });
const keys = async () => publicKeysIn((await app.inject('/.well-known/assay-keys.json')).body);
const verified = async (text: string) =>
  (await verifyStatement({ verifySignature }, text, await keys(), { digest: version.digest ?? '' }))
    .statement;

test('the hallmark is answered as it is, and verifies with the keys that anybody can fetch', async () => {
  const answer = await ask('/versions/1.0.0/hallmark');
  assert.equal(answer.statusCode, 200, answer.body);
  const kept = await ports.hallmarks.latest(version.id);
  assert.equal(answer.body, kept?.envelope);
  assert.equal((await verified(answer.body)).subject[0].name, 'pkg:assay/model/tokenizer@1.0.0');
});

test('all hallmarks are listed, newest first', async () => {
  const { items, next } = (await ask('/versions/1.0.0/hallmarks')).json();
  assert.equal(next, null);
  assert.deepEqual(
    items.map(({ envelope }: { envelope: object }) => JSON.stringify(envelope)),
    [(await ports.hallmarks.latest(version.id))?.envelope],
  );
});

test('the ledger whose digest a hallmark states can be computed from what the API shows', async () => {
  const shown = (await ask('/checks')).json();
  const ledger = shown.checks.map(
    ({ durationMs, complete, percentLookedAt, ...check }: Record<string, unknown>) => ({
      check: check.check,
      rules: check.rules,
      verdict: check.verdict,
      reason: check.reason,
      findings: check.findings,
      bytesLookedAt: check.bytesLookedAt,
      bytesInAll: check.bytesInAll,
      gaps: check.gaps,
    }),
  );
  const digest = createHash('sha256').update(JSON.stringify(ledger)).digest('hex');
  const { predicate } = await verified((await ask('/versions/1.0.0/hallmark')).body);
  assert.ok('coverage' in predicate);
  assert.deepEqual([digest, shown.ledger], [predicate.coverage.ledger.sha256, digest]);
});

test('a version of an earlier release that has none yet answers so, until its own is made', async () => {
  const old = await publish(someCaller('ada'), { packageName: 'old' });
  await ports.transfer.hallmark.remove((await ports.hallmarks.list(old.id, { limit: 5 })).items);
  const url = `/api/packages/${old.packageId}/versions/1.0.0/hallmark`;
  const before = await app.inject({ url, headers });
  assert.deepEqual([before.statusCode, before.json().code], [404, 'hallmark-pending']);
  await ports.commit([
    {
      change: 'job.queue',
      job: { id: 'j', kind: 'fill-in-hallmarks', payload: {}, runAt: ports.clock.now() },
    },
  ]);
  await pipeline.runJobs('fill-in-hallmarks');
  assert.equal((await app.inject({ url, headers })).statusCode, 200);
});

test('what is not published has no hallmark for anybody, not even after it was out', async () => {
  const bad = await publish(someCaller('ada'), { label: '2.0.0', bytes: 'bad bytes' });
  assert.equal(bad.state, 'quarantined');
  const answer = await ask('/versions/2.0.0/hallmark');
  const unknown = await ask('/versions/9.0.0/hallmark');
  assert.deepEqual([answer.statusCode, unknown.statusCode], [404, 404]);
  assert.equal(answer.json().code, 'not-found');
});

test('a download carries a receipt when one is asked for, which names the entry that is on record', async () => {
  assert.ok(!('receipt' in (await ask('/download')).json()));
  const { receipt } = (await ask('/download?receipt=true')).json();
  const { predicate } = await verified(JSON.stringify(receipt));
  assert.ok('auditEntryId' in predicate);
  const entry = (await auditLog()).find(({ id }) => id === predicate.auditEntryId);
  assert.equal(entry?.operation, 'version.download');
  assert.equal(entry?.actor?.userId, predicate.downloader?.userId);
  assert.equal(predicate.downloader?.userName, 'bob');
  assert.deepEqual(predicate.decision, {
    allowed: true,
    reason: entry?.reason,
    policies: entry?.decision?.policies,
  });
});

test('a redirect has no room for a receipt, and says so before anything is decided', async () => {
  const downloads = async () =>
    (await auditLog()).filter(
      ({ operation, outcome }) => operation === 'version.download' && outcome === 'succeeded',
    );
  const before = (await downloads()).length;
  const answer = await ask('/download?receipt=true&redirect=true');
  assert.deepEqual([answer.statusCode, answer.json().code], [400, 'invalid-request']);
  assert.equal((await downloads()).length, before);
});
