import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import { afterEach, beforeEach, test } from 'node:test';
import { FakeValidatorRunner } from '../../../../test/support/fake-validator-runner.ts';
import { someAuditEntry, someDigest, somePackage, someVersion } from '../../../../test/support/samples.ts';
import { testApp } from '../../../../test/support/test-app.ts';
import { type SignedIn, type TestRegistry, testRegistry } from '../../../../test/support/test-registry.ts';
import type { AuditEntry } from '../../../core/audit/index.ts';
import { packageKey } from '../../../core/content/index.ts';
import { type Package, revised } from '../../../core/packages/index.ts';

let fixture: TestRegistry;
let runner: FakeValidatorRunner;
let app: Awaited<ReturnType<typeof testApp>>;
let ada: SignedIn;
let bob: SignedIn;
let root: SignedIn;
let pkg: Package;

beforeEach(async () => {
  runner = new FakeValidatorRunner();
  fixture = await testRegistry({}, { validatorRunner: runner });
  app = await testApp(fixture);
  ada = await fixture.signIn('ada', ['upload', 'search', 'download']);
  bob = await fixture.signIn('bob', ['upload', 'search', 'download']);
  root = await fixture.signIn('root', ['admin']);
  pkg = somePackage({ ownerId: ada.user.id, sensitive: true });
  await fixture.registry.commit([{ change: 'package.insert', package: pkg }]);
});
afterEach(() => app.close());

type Method = 'GET' | 'PUT' | 'DELETE';

async function ask(who: SignedIn, method: Method, path = '', body?: object) {
  const url = `/api/packages/${pkg.id}/validator${path}`;
  const answer = await app.inject({ method, url, headers: who.headers, ...(body && { payload: body }) });
  return { status: answer.statusCode, ...(answer.body === '' ? {} : answer.json()) };
}

const register = (who: SignedIn, source: string, language = 'python') =>
  ask(who, 'PUT', '', { language, source });

async function downloads(who: SignedIn, query = '') {
  const answer = await app.inject({
    url: `/api/packages/${pkg.id}/downloads${query}`,
    headers: who.headers,
  });
  return { status: answer.statusCode, ...answer.json() };
}

async function change(fields: Partial<Package>): Promise<void> {
  pkg = revised(pkg, fields);
  await fixture.registry.commit([{ change: 'package.change', package: pkg }]);
}

test('who maintains a package registers a validator and reads it back, as does an administrator', async () => {
  const registered = await register(ada, 'allow');
  assert.deepEqual(registered, {
    status: 200,
    number: 1,
    language: 'python',
    source: 'allow',
    digest: someDigest('allow'),
    madeBy: { id: ada.user.id, name: 'ada' },
    madeAt: fixture.clock.now().toISOString(),
    runs: true,
  });
  assert.deepEqual(await ask(ada, 'GET'), registered);
  assert.deepEqual(await ask(root, 'GET'), registered);
  const [entry] = (await fixture.registry.audit.list({}, { limit: 1 })).items;
  assert.deepEqual(
    [entry?.operation, entry?.subject.packageId, entry?.subject.id, entry?.reason],
    ['validator.register', pkg.id, '1', `python, ${registered.digest}`],
  );
});

test('the source in force is registered again without a new version; another language or source is one', async () => {
  await register(ada, 'allow');
  assert.equal((await register(root, 'allow')).number, 1);
  assert.equal((await register(ada, 'allow', 'javascript')).number, 2);
  assert.equal((await register(ada, 'allow')).number, 3);
  const { items, next } = await ask(ada, 'GET', '/versions?limit=2');
  assert.deepEqual(
    items.map((one: { number: number; language: string }) => [one.number, one.language]),
    [
      [3, 'python'],
      [2, 'javascript'],
    ],
  );
  assert.equal('source' in items[0], false);
  const rest = await ask(ada, 'GET', `/versions?after=${next}`);
  assert.deepEqual([rest.items.length, rest.items[0].number, rest.next], [1, 1, null]);
});

test('a removed validator is in force no more, and stays in the list of versions with its source', async () => {
  assert.equal((await ask(ada, 'DELETE')).status, 404);
  await register(ada, 'deny Nobody.');
  assert.equal((await ask(ada, 'DELETE')).status, 204);
  assert.equal((await ask(ada, 'GET')).status, 404);
  assert.equal((await ask(ada, 'DELETE')).status, 404);
  const { items } = await ask(ada, 'GET', '/versions');
  assert.deepEqual([items.length, items[0].number, items[0].language, items[0].digest], [2, 2, null, null]);
  assert.equal((await ask(ada, 'GET', '/versions/1')).source, 'deny Nobody.');
  assert.equal((await ask(ada, 'GET', '/versions/2')).source, null);
  assert.equal((await register(ada, 'deny Nobody.')).number, 3);
});

test('a version that is none is not found, and no number is refused', async () => {
  await register(ada, 'allow');
  assert.equal((await ask(ada, 'GET', '/versions/2')).status, 404);
  for (const number of ['0', '-1', '1.5', 'last', '99999999999']) {
    assert.equal((await ask(ada, 'GET', `/versions/${number}`)).status, 400, number);
  }
});

test('what is no program, or is too long, is refused, and says where', async () => {
  const refusals = [
    ['nonsense', 'line 1: nonsense is no validator'],
    ['x'.repeat(65_537), 'The source has 65537 bytes; at most 65536 are allowed.'],
    ['ü'.repeat(32_769), 'The source has 65538 bytes; at most 65536 are allowed.'],
  ] as const;
  for (const [source, detail] of refusals) {
    const { status, code, ...problem } = await register(ada, source);
    assert.deepEqual([status, code, problem.detail], [400, 'validator-invalid', detail]);
  }
  assert.equal((await register(ada, '')).code, 'invalid-request');
  assert.equal((await register(ada, 'allow', 'cobol')).code, 'invalid-request');
  assert.deepEqual((await ask(ada, 'GET', '/versions')).items, []);
});

test('nothing is registered that nobody could try to compile', async () => {
  runner.away = true;
  const { status, code } = await register(ada, 'allow');
  assert.deepEqual([status, code], [503, 'validator-unavailable']);
  assert.equal((await ask(ada, 'GET')).status, 404);
});

test('of two who change a validator at the same time one is told so', async () => {
  const both = Promise.withResolvers<void>();
  let compiling = 0;
  // Both have seen what was there before.
  runner.checkSyntax = async () => {
    if (++compiling === 2) both.resolve();
    await both.promise;
    return { ok: true };
  };
  const registered = await Promise.all([register(ada, 'allow'), register(root, 'deny No.')]);
  assert.deepEqual(registered.map(({ status }) => status).sort(), [200, 409]);
  assert.equal((await ask(ada, 'GET', '/versions')).items.length, 1);
});

test('who does not maintain the package may change nothing, and to them it has no validator', async () => {
  const before = await Promise.all([
    ask(bob, 'GET'),
    ask(bob, 'GET', '/versions'),
    ask(bob, 'GET', '/versions/1'),
  ]);
  await register(ada, 'allow');
  const after = await Promise.all([
    ask(bob, 'GET'),
    ask(bob, 'GET', '/versions'),
    ask(bob, 'GET', '/versions/1'),
  ]);
  const told = ({ requestId: _, ...problem }: { requestId: string }) => problem;
  assert.deepEqual(after.map(told), before.map(told));
  assert.deepEqual(
    after.map(({ status }) => status),
    [404, 404, 404],
  );
  assert.equal((await register(bob, 'deny No.')).code, 'permission-denied');
  assert.equal((await ask(bob, 'DELETE')).code, 'permission-denied');
  const { headers } = await fixture.addToken(ada.user, { packagePatterns: ['other'] });
  assert.equal((await ask({ ...ada, headers }, 'GET')).status, 404);
  assert.equal((await ask({ ...ada, headers }, 'DELETE')).status, 404);
});

test('a validator may be there before the package is sensitive, and says that it does not run', async () => {
  await change({ sensitive: false });
  assert.equal((await register(ada, 'allow')).runs, false);
  await change({ sensitive: true });
  assert.equal((await ask(ada, 'GET')).runs, true);
});

test('a denied download answers 403 with what the validator says, one that cannot be run 503 with a time', async () => {
  await publish();
  const download = async () => {
    const url = `/api/packages/${pkg.id}/download`;
    const { statusCode, headers, ...answer } = await app.inject({ url, headers: ada.headers });
    return { status: statusCode, retryAfter: headers['retry-after'], ...answer.json() };
  };
  await register(ada, 'deny Ask the ethics board first.');
  const { status, code, detail, retryAfter } = await download();
  assert.deepEqual(
    [status, code, detail, retryAfter],
    [403, 'validator-denied', 'Ask the ethics board first.', undefined],
  );
  await register(ada, 'busy');
  const busy = await download();
  assert.deepEqual([busy.status, busy.code, busy.retryAfter], [503, 'validator-unavailable', '2']);
  await register(ada, 'only ada');
  assert.equal((await download()).status, 200);
  await new Promise((resolve) => setImmediate(resolve));
  assert.deepEqual(
    fixture.observed.filter(({ operation }) => operation === 'version.download'),
    [],
    'refusals that are on record are not noted once more',
  );
  const { items } = await downloads(ada);
  assert.deepEqual(
    items.map((one: { outcome: string; validator: { version: number; cause: string } }) => [
      one.outcome,
      one.validator.version,
      one.validator.cause,
    ]),
    [
      ['succeeded', 3, 'allowed'],
      ['failed', 2, 'busy'],
      ['denied', 1, 'denied'],
    ],
  );
  assert.deepEqual(items[2], {
    ...items[2],
    user: { id: ada.user.id, name: 'ada' },
    version: '1.2.3',
    path: null,
    reason: 'Ask the ethics board first.',
    validator: { version: 1, cause: 'denied', elapsedMs: 12 },
  });
});

/** A version of the package whose bytes lie where they belong. */
async function publish(): Promise<void> {
  const version = someVersion({ packageId: pkg.id });
  await fixture.registry.commit([{ change: 'version.insert', version }]);
  await change({ latest: { versionId: version.id, label: version.label } });
  const key = packageKey(version.digest ?? '');
  await fixture.registry.content.write(key, Readable.from([Buffer.from('some bytes')]));
}

async function onRecord(...entries: Partial<AuditEntry>[]): Promise<AuditEntry[]> {
  const made = entries.map((entry) => someAuditEntry({ subject: { packageId: pkg.id }, ...entry }));
  await fixture.registry.audit.append(made);
  return made;
}

const idsOf = ({ items }: { items: { id: string }[] }) => items.map(({ id }) => id);

test('the download history is filtered by user, outcome and time, and paged, newest first', async () => {
  const actor = { userId: bob.user.id, userName: 'bob', tokenId: null };
  const [first, second, third] = await onRecord(
    { actor, at: new Date('2026-01-30T12:00:00Z') },
    {
      actor,
      operation: 'version.read-file',
      outcome: 'denied',
      subject: { packageId: pkg.id, kind: 'file', id: 'a/b' },
    },
    { at: new Date('2026-02-01T12:00:00Z') },
    { operation: 'package.read' },
    { subject: { packageId: 'another' } },
  );
  assert.ok(first && second && third);
  assert.deepEqual(idsOf(await downloads(ada)), [third.id, second.id, first.id]);
  assert.deepEqual(idsOf(await downloads(root, `?user=${bob.user.id}`)), [second.id, first.id]);
  assert.deepEqual(idsOf(await downloads(ada, '?outcome=denied')), [second.id]);
  assert.deepEqual(idsOf(await downloads(ada, '?from=2026-01-31T00:00:00Z&until=2026-02-01T12:00:00Z')), [
    second.id,
  ]);
  const page = await downloads(ada, '?limit=2');
  assert.deepEqual(idsOf(await downloads(ada, `?after=${page.next}`)), [first.id]);
  assert.equal(page.items[1].path, 'a/b');
});

test('who downloaded is shown to who maintains the package while it is sensitive, to administrators always', async () => {
  const [entry] = await onRecord({});
  const stranger = await downloads(bob);
  assert.deepEqual([stranger.status, stranger.code], [404, 'not-found']);
  await change({ sensitive: false });
  assert.equal((await downloads(ada)).code, 'permission-denied');
  assert.deepEqual(idsOf(await downloads(root)), [entry?.id]);
});
