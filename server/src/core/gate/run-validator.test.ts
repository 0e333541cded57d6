import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FakeValidatorRunner } from '../../../test/support/fake-validator-runner.ts';
import { someCaller, someDigest, someValidator } from '../../../test/support/samples.ts';
import { testPipeline } from '../../../test/support/test-pipeline.ts';
import { memoryEngine } from '../../adapters/memory/memory-engine.ts';
import type { Caller } from '../caller.ts';
import { errorCatalogue, RegistryError } from '../errors.ts';
import { type PackageAccess, revised } from '../packages/index.ts';
import { scriptOf } from '../validators/index.ts';
import { downloadVersion } from './download-version.ts';
import { readFile } from './read-file.ts';

const ada = someCaller('ada');
const eve = someCaller('eve', { permissions: ['search', 'download'] });

/** A published, sensitive package of which everybody in the group may have the content. */
async function guarded(source: string | null, access: Partial<PackageAccess> = {}) {
  const pipeline = await testPipeline();
  const { ports, addUser } = pipeline;
  await ports.commit([
    {
      change: 'group.insert',
      group: { id: 'vision', name: 'Vision', description: '', createdAt: new Date() },
    },
  ]);
  const { id } = await addUser('bob', ['search', 'download'], { groupIds: ['vision'] });
  const bob = memberOf('vision', id);
  const version = await pipeline.publish(ada);
  const { packageId } = version;
  const pkg = await ports.packages.find(packageId);
  assert.ok(pkg);
  const sensitive = { sensitive: true, allowedGroups: ['vision'], ...access };
  await ports.commit([{ change: 'package.change', package: revised(pkg, sensitive) }]);
  const register = (text: string | null, number = 1) =>
    ports.commit([
      {
        change: 'validator.append',
        version: someValidator({
          packageId,
          number,
          script: text === null ? null : scriptOf('python', text),
        }),
      },
    ]);
  if (source !== null) await register(source);
  const runner = ports.validatorRunner as FakeValidatorRunner;
  const download = (caller: Caller, using = ports) => downloadVersion(using, caller, { packageId });
  return { ...pipeline, version, packageId, bob, runner, download, register };
}

function memberOf(groupId: string, id: string): Caller {
  const bob = someCaller('bob', { permissions: ['search', 'download'] });
  assert.ok(bob.user);
  return { ...bob, user: { ...bob.user, id, groupIds: new Set([groupId]) } };
}

test('a validator that allows lets the download pass, which is on record with what decided', async () => {
  const { download, bob, auditLog } = await guarded('only bob');
  const { url, reason } = await download(bob);
  assert.match(url, /^http/);
  assert.match(reason, /The validator of the package allows it\.$/);
  const [entry] = await auditLog();
  assert.deepEqual(
    [entry?.operation, entry?.outcome, entry?.reason],
    ['version.download', 'succeeded', reason],
  );
  assert.deepEqual(entry?.decision?.inputs.validator, { version: 1, cause: 'allowed', elapsedMs: 12 });
});

test('a validator that denies says why to who asked, on record before it is answered', async () => {
  const { download, bob, auditLog } = await guarded('deny Read the handbook first.');
  await assert.rejects(download(bob), {
    code: 'validator-denied',
    detail: 'Read the handbook first.',
    onRecord: true,
  });
  const [entry] = await auditLog();
  assert.deepEqual(
    [entry?.operation, entry?.outcome, entry?.reason, entry?.subject.versionLabel, entry?.actor?.userName],
    ['version.download', 'denied', 'Read the handbook first.', '1.0.0', 'bob'],
  );
  assert.deepEqual(entry?.decision?.inputs.validator, { version: 1, cause: 'denied', elapsedMs: 12 });
});

test('a validator runs for everybody, also for who maintains the package and for administrators', async () => {
  const { download, runner } = await guarded('deny Nobody.');
  for (const caller of [ada, someCaller('root', { permissions: ['admin'] })]) {
    await assert.rejects(download(caller), { code: 'validator-denied' });
  }
  assert.equal(runner.ran.length, 2);
});

test('who the policy refuses is refused without a run, even where the validator would allow', async () => {
  const { download, runner, auditLog } = await guarded('allow');
  await assert.rejects(download(eve), { code: 'permission-denied' });
  assert.equal(runner.ran.length, 0);
  const [entry] = await auditLog();
  assert.deepEqual([entry?.actor?.userId, entry?.outcome], ['eve', 'denied']);
});

test('without a validator, and after its removal, the policy alone decides about a sensitive package', async () => {
  const { download, bob, register, runner } = await guarded(null);
  await download(bob);
  await register('deny Not yet.');
  await assert.rejects(download(bob), { code: 'validator-denied' });
  await register(null, 2);
  await download(bob);
  await assert.rejects(download(eve), { code: 'permission-denied' });
  assert.equal(runner.ran.length, 1);
});

test('on a package that is not sensitive a validator does not run', async () => {
  const { download, runner } = await guarded('deny Nobody.', { sensitive: false });
  await download(eve);
  assert.equal(runner.ran.length, 0);
});

test('a validator that was replaced decides no more', async () => {
  const { download, bob, register, auditLog } = await guarded('allow');
  await register('deny From now on.', 2);
  await assert.rejects(download(bob), { code: 'validator-denied' });
  const [entry] = await auditLog();
  assert.deepEqual(entry?.decision?.inputs.validator, { version: 2, cause: 'denied', elapsedMs: 12 });
});

test('a validator is told who asks for what, in which groups, and what the package says of itself', async () => {
  const { download, bob, runner, version } = await guarded('allow');
  await download(bob);
  const [task] = runner.ran;
  assert.deepEqual(
    { ...task, archive: null, metadata: { ...task?.metadata, publishedAt: null } },
    {
      language: 'python',
      source: 'allow',
      packageName: 'tokenizer',
      versionLabel: '1.0.0',
      uploader: 'ada',
      downloader: 'bob',
      groups: ['Vision'],
      metadata: {
        kind: 'model',
        title: 'tokenizer',
        description: 'Holds good bytes',
        owner: 'ada',
        license: 'MIT',
        summary: 'Holds good bytes',
        fileName: 'tokenizer.zip',
        contentType: 'application/zip',
        sizeBytes: 10,
        digest: someDigest('good bytes'),
        publishedAt: null,
      },
      archive: null,
    },
  );
  assert.equal(task?.metadata.publishedAt, version.publishedAt?.toISOString());
});

test('a validator reads ranges of the archive, and nothing outside of it', async () => {
  for (const [range, code, detail] of [
    ['5 5', 'validator-denied', 'bytes'],
    ['0 10', 'validator-denied', 'good bytes'],
    ['10 0', 'validator-denied', 'The validator of the package does not allow it.'],
    ['0 11', 'validator-unavailable', 'The archive cannot be read.'],
    ['11 1', 'validator-unavailable', 'The archive cannot be read.'],
  ]) {
    const { download, bob } = await guarded(`read ${range}`);
    await assert.rejects(download(bob), { code, detail }, range);
  }
});

test('the archive is opened by the first read, once, and closed after the run, however that ends', async () => {
  const { ports, download, bob, register } = await guarded('allow');
  const seen = { opened: 0, closed: 0 };
  const content = {
    ...ports.content,
    async open(key: Parameters<typeof ports.content.open>[0]) {
      const opened = await ports.content.open(key);
      seen.opened += 1;
      return {
        stat: opened.stat,
        read: (into: Uint8Array, at: number) => opened.read(into, at),
        async close() {
          seen.closed += 1;
          await opened.close();
        },
      };
    },
  };
  const watched = { ...ports, content };
  await download(bob, watched as typeof ports);
  assert.deepEqual(seen, { opened: 0, closed: 0 });
  await register('read 0 4', 2);
  await assert.rejects(download(bob, watched as typeof ports), { detail: 'good' });
  assert.deepEqual(seen, { opened: 1, closed: 1 });
});

test('content that cannot be read is no decision', async () => {
  const { ports, download, bob } = await guarded('read 0 1');
  const content = {
    ...ports.content,
    open: () => Promise.reject(new Error('connect ECONNREFUSED 10.0.0.7:9000')),
  };
  await assert.rejects(download(bob, { ...ports, content } as typeof ports), {
    code: 'validator-unavailable',
    detail: 'The archive cannot be read.',
  });
});

for (const [cause, code] of [
  ['timed-out', 'validator-denied'],
  ['crashed', 'validator-denied'],
  ['too-much-output', 'validator-denied'],
  ['unavailable', 'validator-unavailable'],
  ['busy', 'validator-unavailable'],
] as const) {
  test(`a run that ends as ${cause} never allows; what the script complains of is kept from who asked`, async () => {
    const { download, bob, auditLog } = await guarded(cause);
    const refusal = await download(bob).then(
      () => assert.fail('it was allowed'),
      (error) => error,
    );
    assert.ok(refusal instanceof RegistryError);
    assert.equal(refusal.code, code);
    assert.equal(refusal.detail, `It ${cause}.`);
    const comesBack = errorCatalogue[code].kind === 'unavailable';
    assert.equal(typeof refusal.retryAfterSeconds, comesBack ? 'number' : 'undefined');
    const [entry] = await auditLog();
    assert.equal(entry?.outcome, comesBack ? 'failed' : 'denied');
    assert.equal(entry?.reason, refusal.detail);
    const diagnostics = `in line 47: ${cause}`;
    assert.deepEqual(entry?.decision?.inputs.validator, { version: 1, cause, elapsedMs: 12, diagnostics });
  });
}

test('a runner that says it allows but not how is not believed', async () => {
  const { ports, download, bob } = await guarded('allow');
  const run = async () => ({ allowed: true, message: '', cause: 'denied', elapsedMs: 1 }) as const;
  const odd = { ...ports, validatorRunner: Object.assign(new FakeValidatorRunner(), { run }) };
  await assert.rejects(download(bob, odd), { code: 'validator-denied' });
});

test('a message of any length and with any characters goes on record as far as engines keep it', async () => {
  const { download, bob, auditLog } = await guarded(`deny \0\uD800${'x'.repeat(65_536)}`);
  await assert.rejects(download(bob), { code: 'validator-denied' });
  const [entry] = await auditLog();
  assert.match(entry?.reason ?? '', /^\uFFFD\uFFFDx{900,1000}$/);
});

test('files are read through the validator as well', async () => {
  const { ports, packageId, bob, runner, auditLog, register } = await guarded('allow');
  const asked = { packageId, path: 'README.md' };
  assert.equal((await readFile(ports, bob, asked)).file.path, 'README.md');
  await register('deny No files.', 2);
  await assert.rejects(readFile(ports, bob, asked), { code: 'validator-denied', detail: 'No files.' });
  const [entry] = await auditLog();
  assert.deepEqual(
    [entry?.operation, entry?.outcome, entry?.subject.kind, entry?.subject.id],
    ['version.read-file', 'denied', 'file', 'README.md'],
  );
  assert.equal(runner.ran.length, 2);
});

test('validators that run elsewhere get an address of the content', async () => {
  const { ports, download, bob, runner } = await guarded('allow');
  await download(bob);
  const addressOf = async ({ label }: { label: string }, digest: string) =>
    `https://content/${label}/${digest}`;
  await download(bob, { ...ports, validatorArchives: { addressOf } });
  assert.deepEqual(
    runner.ran.map(({ archive }) => archive.url),
    [undefined, `https://content/1.0.0/${someDigest('good bytes')}`],
  );
});

test('while it is not known which validator there is, nothing is decided', async () => {
  const { ports, download, bob } = await guarded('allow');
  const validators = {
    ...memoryEngine().validators,
    last: () => Promise.reject(new Error('the engine is away')),
  };
  await assert.rejects(download(bob, { ...ports, validators } as typeof ports), /the engine is away/);
});
