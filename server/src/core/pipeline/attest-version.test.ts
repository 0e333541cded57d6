import assert from 'node:assert/strict';
import { test } from 'node:test';
import { someCaller } from '../../../test/support/samples.ts';
import { testPipeline } from '../../../test/support/test-pipeline.ts';
import { StorageError } from '../errors.ts';
import { type HallmarkStatement, isHallmark, verifyStatement } from '../hallmarks/index.ts';
import type { Version } from '../packages/index.ts';
import { verifySignature } from '../signing/index.ts';
import { checkVersion } from './check-version.ts';
import { fillInHallmarks } from './fill-in-hallmarks.ts';
import { ledgerDigest } from './ledger-digest.ts';
import { recheckContent } from './recheck-content.ts';
import { releaseVersion } from './review-version.ts';

const [ada, vera] = [someCaller('ada'), someCaller('vera', { permissions: ['admin'] })];
const { signal } = new AbortController();
const reason = 'The finding is about a test fixture.';

async function pipeline() {
  const test = await testPipeline();
  const { ports } = test;

  /** What the hallmarks of the version say, newest first; each one's signature and digest hold. */
  async function attested({ id }: Version): Promise<HallmarkStatement[]> {
    const keys = await ports.signer.publicKeys();
    const { items } = await ports.hallmarks.list(id, { limit: 50 });
    return Promise.all(
      items.map(async ({ envelope, digest, keyId }) => {
        const { statement, key } = await verifyStatement({ verifySignature }, envelope, keys, { digest });
        assert.equal(key.keyId, keyId);
        assert.ok(isHallmark(statement));
        return statement;
      }),
    );
  }

  async function release(version: Version): Promise<Version> {
    await releaseVersion(ports, vera, version.id, { reason });
    await test.runJobs('publish-released-version');
    return test.find(version.id);
  }

  /** A version as a release that issued no hallmarks has left it. */
  async function publishWithout(sent: Parameters<typeof test.publish>[1]): Promise<Version> {
    const version = await test.publish(ada, sent);
    const { transfer } = ports;
    await transfer.hallmark.remove((await ports.hallmarks.list(version.id, { limit: 50 })).items);
    assert.equal(await ports.hallmarks.latest(version.id), null);
    return version;
  }

  const recheck = ({ digest }: Version) =>
    recheckContent(ports, { digest: digest ?? '', kind: 'model', since: null }, signal);

  return { ...test, attested, release, publishWithout, recheck };
}

test('a version that is published has a hallmark that says what it is, what was checked and by which rules', async () => {
  const { ports, clock, publish, attested } = await pipeline();
  const version = await publish(ada);
  const [hallmark, ...others] = await attested(version);
  assert.equal(others.length, 0);
  const at = clock.now().toISOString();
  assert.deepEqual(hallmark, {
    _type: 'https://in-toto.io/Statement/v1',
    subject: [{ name: 'pkg:assay/model/tokenizer@1.0.0', digest: { sha256: version.digest } }],
    predicateType: 'urn:assay:hallmark:v1',
    predicate: {
      registry: { name: 'test', url: 'https://registry.test' },
      package: { id: version.packageId, kind: 'model', name: 'tokenizer' },
      version: { id: version.id, label: '1.0.0', sizeBytes: 10 },
      issuedAt: at,
      publishedAt: at,
      occasion: 'published',
      decision: { outcome: 'passed' },
      verdict: 'passed',
      ruleSet: 'test 1 (model)',
      checks: [
        {
          check: 'test',
          rules: '1',
          verdict: 'passed',
          findings: { blocks: 0, warns: 0, informs: 0 },
          bytesLookedAt: 10,
          bytesInAll: 10,
        },
      ],
      coverage: {
        complete: true,
        statement: '100 % of bytes, by every check.',
        ledger: { sha256: ledgerDigest((await ports.reports.find(version.id))?.results ?? []) },
      },
    },
  });
});

test('what is not published has no hallmark; when a reviewer releases it, it says so, and what had been found', async () => {
  const { publish, release, attested } = await pipeline();
  const version = await publish(ada, { bytes: 'bad bytes' });
  assert.equal(version.state, 'quarantined');
  assert.deepEqual(await attested(version), []);
  assert.equal((await release(version)).state, 'published');
  const [hallmark] = await attested(version);
  assert.deepEqual(hallmark?.predicate.decision, { outcome: 'released', reason });
  assert.equal(hallmark?.predicate.verdict, 'failed');
  assert.equal(hallmark?.predicate.checks[0]?.findings.blocks, 1);
  assert.equal(hallmark?.predicate.ruleSet, 'test 1 (model)');
});

test('nothing is published while it cannot be signed; it is when the next attempt can', async () => {
  const { ports, submit, find, attested } = await pipeline();
  const { id } = await submit(ada);
  const away = {
    ...ports,
    signer: { ...ports.signer, sign: () => Promise.reject(new StorageError('transient', 'no secrets')) },
  };
  await assert.rejects(checkVersion(away, id, signal), { failure: 'transient' });
  assert.equal((await find(id)).state, 'pending');
  assert.equal(await ports.hallmarks.latest(id), null);
  await checkVersion(ports, id, signal);
  assert.equal((await find(id)).state, 'published');
  assert.equal((await attested(await find(id))).length, 1);
});

test('when content has passed newer rules, each version with it gets one more hallmark, which keeps the decision', async () => {
  const { ports, publish, release, attested, recheck } = await pipeline();
  const passed = await publish(ada, { packageName: 'one' });
  const released = await release(await publish(ada, { packageName: 'two', bytes: 'bad bytes' }));
  const before = await attested(passed);
  ports.examiner.version = 2;
  await recheck(passed);
  const [renewed, ...earlier] = await attested(passed);
  assert.deepEqual(earlier, before);
  assert.equal(renewed?.predicate.occasion, 'rechecked');
  assert.equal(renewed?.predicate.ruleSet, 'test 2 (model)');
  assert.deepEqual(renewed?.predicate.decision, { outcome: 'passed' });
  await recheck(released);
  assert.equal((await attested(released)).length, 1, 'it failed again, as the reviewer knew');
});

test('a repeated check that finds the same makes no more hallmarks', async () => {
  const { ports, clock, publish, attested } = await pipeline();
  const version = await publish(ada);
  clock.advance(60);
  const asked = { digest: version.digest ?? '', kind: 'model', since: clock.now() } as const;
  await recheckContent(ports, asked, signal);
  assert.equal((await attested(version)).length, 1);
});

test('versions from before there were hallmarks get theirs, once, with what is known of them', async () => {
  const { ports, publish, release, publishWithout, attested } = await pipeline();
  const untouched = await publish(ada, { packageName: 'new' });
  const old = await publishWithout({ packageName: 'old' });
  const waiting = await publish(ada, { packageName: 'three', bytes: 'bad bytes' });
  const released = await release(waiting);
  const { items } = await ports.hallmarks.list(released.id, { limit: 5 });
  await ports.transfer.hallmark.remove(items);
  for (let times = 0; times < 2; times++) await fillInHallmarks(ports, signal);
  const [[filled, ...more], [ofReleased]] = [await attested(old), await attested(released)];
  assert.equal(more.length, 0);
  assert.equal(filled?.predicate.occasion, 'filled-in');
  assert.deepEqual(filled?.predicate.decision, { outcome: 'passed' });
  assert.deepEqual(ofReleased?.predicate.decision, { outcome: 'released', reason });
  assert.equal((await attested(untouched)).length, 1);
});

test('a page of versions without hallmarks fits into a commit, and all pages are gone through', async () => {
  const { ports, publishWithout, attested } = await pipeline();
  const versions = [];
  for (let i = 0; i < 45; i++) versions.push(await publishWithout({ packageName: `package-${i}` }));
  await fillInHallmarks(ports, signal);
  for (const version of versions) assert.equal((await attested(version)).length, 1);
});
