// What every engine promises of moving its records: what is read out of one and stored in another is the same registry.
// The table of recordSamples names every kind of record: a new kind does not compile before it stands here.
// Over 400 lines, because some kinds have promises of their own.
import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { nameKeyOf } from '../../src/core/access/index.ts';
import type { RecordsEngine } from '../../src/core/engine.ts';
import {
  canonicalText,
  type KindTransfer,
  kindRules,
  type RecordKind,
  type RegistryRecords,
  recordKinds,
} from '../../src/core/transfer/index.ts';
import { describeOnEveryEngine } from '../support/engines.ts';
import { at, recordSamples, type Samples } from '../support/record-samples.ts';
import {
  someAuditEntry,
  someDigest,
  someGroup,
  someJob,
  somePackage,
  someUser,
  someVersion,
} from '../support/samples.ts';

/** Those that refer to others first. What belongs to the audit is never removed. */
const leavingKinds = recordKinds.filter((kind) => !kind.startsWith('audit-')).reverse();
const stayingKinds = recordKinds.filter((kind) => kind.startsWith('audit-'));

describeOnEveryEngine('record transfer', (engine) => {
  test('every record that is stored is read again, the same, in whatever pages', async () => {
    await storeAll(engine());
    for (const kind of recordKinds) {
      for (const limit of [1, 2, 3, 200]) {
        const read = await readAll(engine(), kind, limit);
        assert.deepEqual(sorted(read), sorted(recordSamples[kind]), kind);
      }
    }
  });

  test('storing every record again changes nothing', async () => {
    await storeAll(engine());
    await storeAll(engine());
    for (const kind of recordKinds) {
      assert.deepEqual(sorted(await readAll(engine(), kind, 200)), sorted(recordSamples[kind]), kind);
    }
  });

  test('a record is found by its key, and nothing in the place of one that is not there', async () => {
    await storeAll(engine());
    for (const kind of recordKinds) await checkMatch(engine(), kind);
  });

  test('a record that is removed is gone, and removing it again changes nothing', async () => {
    await storeAll(engine());
    for (const kind of leavingKinds) {
      await removeLast(engine(), kind);
      await removeLast(engine(), kind);
      const left = sorted(await readAll(engine(), kind, 200));
      assert.deepEqual(left, sorted(recordSamples[kind].slice(0, 2)), kind);
    }
  });

  test('an audit entry is never removed, nor its place, the tree or a checkpoint', async () => {
    await storeAll(engine());
    for (const kind of stayingKinds) {
      await assert.rejects(removeLast(engine(), kind), { failure: 'permanent' }, kind);
      assert.equal((await readAll(engine(), kind, 200)).length, 3, kind);
    }
    const [entry] = recordSamples['audit-entry'];
    assert.deepEqual(await engine().transfer['audit-entry'].match([entry, someAuditEntry()]), [entry, null]);
  });

  test('an audit entry is counted once, however often it is stored', async () => {
    await storeAll(engine());
    await storeAll(engine());
    const counts = await engine().audit.countByDay({
      from: new Date('2026-01-01'),
      until: new Date('2026-03-01'),
    });
    assert.deepEqual(counts, [
      { day: '2026-01-30', operation: 'version.read', count: 1, sizeBytes: 10 },
      { day: '2026-01-31', operation: 'version.download', count: 1, sizeBytes: 10 },
    ]);
  });

  test('what is in the tree at its place does not wait for another one', async () => {
    await engine().transfer['audit-leaf'].put(recordSamples['audit-leaf']);
    await engine().transfer['audit-entry'].put(recordSamples['audit-entry']);
    const { auditTree } = engine();
    assert.equal((await auditTree.head()).size, 3);
    assert.deepEqual((await auditTree.waiting(100)).entries, []);
    assert.equal((await auditTree.findLeaf('a1'))?.index, 1);
    const placed = await auditTree.entries(0, 10);
    assert.deepEqual(
      placed.map(({ index, entry }) => [index, entry.id]),
      [
        [0, 'a3'],
        [1, 'a1'],
        [2, 'a2'],
      ],
    );
  });

  test('a package that was moved is visible to the same people, before and after it is stored again', async () => {
    const { packages, transfer } = engine();
    const pkg = somePackage({ name: 'moved', visibility: 'groups', visibleTo: ['g1'], ownerId: 'ada' });
    const visible = async (groupId: string) => {
      const audience = { userId: 'bob', groupIds: new Set([groupId]) };
      return (await packages.list({ states: ['published'], audience }, { limit: 5 })).items.length > 0;
    };
    const put = (fields: Partial<typeof pkg>) =>
      transfer.package.put([{ package: { ...pkg, ...fields }, readme: null }]);
    await put({});
    assert.deepEqual([await visible('g1'), await visible('g2')], [true, false]);
    await put({ visibleTo: ['g2'] });
    assert.deepEqual([await visible('g1'), await visible('g2')], [false, true]);
    await put({ visibility: 'everybody' });
    assert.deepEqual([await visible('g1'), await visible('g2')], [true, true]);
    await put({ visibility: 'owner' });
    await transfer.package.remove([{ package: pkg, readme: null }]);
    await put({ visibility: 'everybody' });
    assert.deepEqual([await visible('g1'), await visible('g2')], [true, true]);
  });

  test('events are stored behind all others, in the order given', async () => {
    await engine().transfer.event.put(recordSamples.event.slice(0, 2));
    await engine().transfer.event.put(recordSamples.event);
    const events = await engine().events.listAfter(null, null, 10);
    assert.deepEqual(
      events.map(({ id }) => id),
      ['e2', 'e1', 'e3'],
    );
    assert.deepEqual(
      (await readAll(engine(), 'event', 1)).map(({ id }) => id),
      ['e2', 'e1', 'e3'],
    );
    assert.deepEqual(await engine().jobs.statistics(at), [], 'nobody is told of them again');
  });

  test('packages can be read in the order of their ids', async () => {
    const packages = recordSamples.package.toReversed();
    for (const kept of packages) await engine().transfer.package.put([kept]);
    const { read, readOldestFirst = read } = engine().transfer.package;
    const ids: string[] = [];
    let after: string | null = null;
    do {
      const page: Awaited<ReturnType<typeof read>> = await readOldestFirst(after, 2);
      ids.push(...page.records.map((kept) => kept.package.id));
      after = page.next;
    } while (after !== null);
    assert.deepEqual(ids, ['p1', 'p2', 'p3']);
  });

  test('what was stored is what the registry works with', async () => {
    await storeAll(engine());
    const { users, groups, tokens, packages, versions, search, files, reports, jobs, holds } = engine();
    assert.equal(await users.passwordHashOf('ada'), 'hash');
    assert.equal((await users.findByName('BOB'))?.id, 'bob');
    assert.equal(await users.find('carol'), null);
    assert.deepEqual(await groups.groupsOf('ada'), [
      { id: 'g1', name: 'vision' },
      { id: 'g2', name: 'speech' },
    ]);
    const [, token] = recordSamples['personal-token'];
    assert.equal((await tokens.findPersonalInUse(token.textHash))?.user.name, 'Bob');
    assert.equal((await tokens.useSession('s1', at))?.token.usesLeft, 999);
    assert.equal(await tokens.useSession('s2', at), null);
    assert.equal((await packages.findByName('model', 'Tokenizer'))?.id, 'p1');
    assert.equal((await versions.findByLabel('p1', '1.0.0'))?.id, 'v1');
    assert.equal(await versions.findByLabel('p1', '1.10.0-rc.1'), null);
    const hits = await search.search({ words: 'findable' }, { limit: 10 });
    assert.deepEqual(
      hits.items.map((hit) => hit.package.id),
      ['p1'],
    );
    assert.equal((await files.find('v1', 'a/ü.txt'))?.sizeBytes, 100);
    assert.equal((await reports.find('v2'))?.verdict, 'inconclusive');
    assert.equal((await jobs.lease(['check-version'], at, 1_000))?.id, 'j1');
    assert.deepEqual(
      (await jobs.listDead({ limit: 10 })).items.map(({ id }) => id),
      ['j2'],
    );
    assert.equal(await holds.isHeld(someDigest('two')), true);
    assert.equal((await engine().webhooks.listDeliveries('w1', { limit: 10 })).items.length, 2);
  });

  test('the rules hold over what was stored', async () => {
    await storeAll(engine());
    const { commit } = engine();
    const insert = (name: string) =>
      commit([{ change: 'user.insert', user: someUser({ name }), passwordHash: 'hash' }]);
    await assert.rejects(insert('Carol'), { code: 'user-exists' }, 'a deleted user keeps the name');
    await assert.rejects(commit([{ change: 'user.delete', userId: 'ada', permissions: ['admin'], at }]), {
      code: 'last-administrator',
    });
    await assert.rejects(
      commit([{ change: 'package.insert', package: somePackage({ name: 'tokenizer' }) }]),
      {
        code: 'name-taken',
      },
    );
    await assert.rejects(
      commit([{ change: 'version.insert', version: someVersion({ packageId: 'p1', label: '1.0.0' }) }]),
      { code: 'version-exists' },
    );
    await assert.rejects(commit([{ change: 'content.hold', digest: someDigest('three'), versionId: 'v1' }]), {
      code: 'unavailable',
    });
    await insert('fred');
  });

  test('what commits have made is read', async () => {
    const pkg = somePackage({ id: 'p1', name: 'made' });
    await engine().commit([
      { change: 'user.insert', user: someUser({ id: 'ada' }), passwordHash: 'secret' },
      { change: 'user.insert', user: someUser({ id: 'bob', name: 'bob' }), passwordHash: 'secret' },
      { change: 'group.insert', group: recordSamples.group[0] },
      { change: 'event.append', event: recordSamples.event[0] },
      { change: 'package.insert', package: pkg },
      {
        change: 'package.index',
        packageId: 'p1',
        document: { ...pkg, readme: 'The readme: Words, twice words' },
      },
      { change: 'job.queue', job: someJob({ id: 'j1' }) },
    ]);
    await engine().commit([
      { change: 'group.add-member', groupId: 'g1', userId: 'ada' },
      { change: 'user.delete', userId: 'bob', permissions: ['search', 'download'], at },
    ]);
    const users = await readAll(engine(), 'user', 10);
    assert.deepEqual(
      users.map(({ id, passwordHash }) => [id, passwordHash]),
      [['ada', 'secret']],
    );
    assert.deepEqual(await readAll(engine(), 'former-user', 10), [{ id: 'bob', nameKey: nameKeyOf('bob') }]);
    assert.deepEqual(await readAll(engine(), 'group-member', 10), [recordSamples['group-member'][0]]);
    assert.deepEqual(await readAll(engine(), 'package', 10), [
      { package: pkg, readme: 'the readme words twice' },
    ]);
    const jobs = await readAll(engine(), 'job', 10);
    assert.deepEqual(jobs.map(({ id }) => id).sort(), ['j1', 'tell-e2']);
  });

  test('a running job is read as one that waits, with the end of its lease', async () => {
    await engine().commit([{ change: 'job.queue', job: someJob({ id: 'j1' }) }]);
    const leased = await engine().jobs.lease(['check-version'], at, 5_000);
    const [job] = await readAll(engine(), 'job', 10);
    assert.deepEqual([job?.state, job?.attempt, job?.leasedUntil], ['waiting', 1, leased?.leasedUntil]);
  });

  test('a group or version that comes takes the name or label of one that is to go', async () => {
    await storeAll(engine());
    const group = someGroup({ id: 'g9', name: 'Vision' });
    const version = someVersion({ id: 'v9', packageId: 'p1', label: '1.0.0' });
    await engine().transfer.group.put([group]);
    await engine().transfer.version.put([version]);
    assert.equal(await engine().groups.find('g1'), null);
    assert.deepEqual(await engine().groups.find('g9'), group);
    assert.equal((await engine().versions.findByLabel('p1', '1.0.0'))?.id, 'v9');
    assert.equal(await engine().versions.find('v1'), null);
  });

  test('a change of a package is found by its new words, and by the old ones no more', async () => {
    await storeAll(engine());
    const [{ package: pkg }] = recordSamples.package;
    await engine().transfer.package.put([{ package: { ...pkg, title: 'Another' }, readme: 'changed' }]);
    const found = async (words: string) =>
      (await engine().search.search({ words }, { limit: 10 })).items.map((hit) => hit.package.id);
    assert.deepEqual(await found('another changed'), ['p1']);
    assert.deepEqual(await found('findable'), []);
    await engine().transfer.package.put([{ package: pkg, readme: null }]);
    assert.deepEqual(await found('tokenizer'), ['p2'], 'whose title it is');
  });
});

test('every table of the schema holds records of some kind, or what follows from them', async () => {
  const schema = new URL('../../migrations/sqlite/', import.meta.url);
  const scripts = await Promise.all(
    (await readdir(schema)).map((name) => readFile(new URL(name, schema), 'utf8')),
  );
  const tables = scripts.flatMap((script) =>
    [...script.matchAll(/^CREATE (?:VIRTUAL )?TABLE (\w+)/gm)].map(([, table = '']) => table),
  );
  assert.deepEqual(tables.sort(), [...heldTables, ...followingTables].sort());
});

/** What each kind of record lies in. */
const heldIn: { readonly [K in RecordKind]: string } = {
  user: 'users',
  'former-user': 'users',
  group: 'groups',
  'group-member': 'group_members',
  session: 'sessions',
  'personal-token': 'personal_tokens',
  item: 'items',
  package: 'packages',
  version: 'versions',
  'version-file': 'version_files',
  report: 'reports',
  verdict: 'verdicts',
  'false-alarm': 'false_alarms',
  hallmark: 'hallmarks',
  policy: 'policy_versions',
  validator: 'validator_versions',
  upload: 'uploads',
  'content-hold': 'content_holds',
  'content-removal': 'content_removals',
  webhook: 'webhooks',
  delivery: 'webhook_deliveries',
  event: 'events',
  job: 'jobs',
  'audit-entry': 'audit_entries',
  'audit-leaf': 'audit_leaves',
  'audit-tile': 'audit_tiles',
  'audit-checkpoint': 'audit_checkpoints',
};
const heldTables = [...new Set(Object.values(heldIn))];

/** Made again from the records above, of the packages' kind, forgotten, or about the engine itself. */
const followingTables = [
  'administrators',
  'audit_days',
  'audit_tree',
  'audit_waiting',
  'package_search',
  'package_readmes',
  'package_readers',
  'login_attempts',
  'remembered_files',
  'registry_marks',
];

describeOnEveryEngine('registry marks', (engine) => {
  test('there is none at first, and the last one written is read', async () => {
    const { marks } = engine();
    assert.equal(await marks.read(), null);
    for (const state of ['being-filled', 'read-only', 'paused'] as const) {
      const mark = { state, transferId: 'transfer', since: at };
      await marks.write(mark);
      assert.deepEqual(await marks.read(), mark);
    }
    await marks.write(null);
    assert.equal(await marks.read(), null);
    await marks.write(null);
  });
});

async function storeAll(engine: RecordsEngine): Promise<void> {
  for (const kind of recordKinds) await store(engine, kind);
}

function store<K extends RecordKind>(engine: RecordsEngine, kind: K): Promise<void> {
  const transfer: KindTransfer<RegistryRecords[K]> = engine.transfer[kind];
  const records: Samples<K> = recordSamples[kind];
  return transfer.put(records);
}

function removeLast<K extends RecordKind>(engine: RecordsEngine, kind: K): Promise<void> {
  const transfer: KindTransfer<RegistryRecords[K]> = engine.transfer[kind];
  const [, , last]: Samples<K> = recordSamples[kind];
  return transfer.remove([last]);
}

async function checkMatch<K extends RecordKind>(engine: RecordsEngine, kind: K): Promise<void> {
  const transfer: KindTransfer<RegistryRecords[K]> = engine.transfer[kind];
  const [one, other, third]: Samples<K> = recordSamples[kind];
  assert.deepEqual(await transfer.match([third, one]), [third, one]);
  if (stayingKinds.includes(kind)) return;
  await transfer.remove([third]);
  assert.deepEqual(await transfer.match([third, other]), [null, other]);
}

async function readAll<K extends RecordKind>(
  engine: RecordsEngine,
  kind: K,
  limit: number,
): Promise<RegistryRecords[K][]> {
  const transfer: KindTransfer<RegistryRecords[K]> = engine.transfer[kind];
  const all: RegistryRecords[K][] = [];
  let after: string | null = null;
  do {
    const page: Awaited<ReturnType<typeof transfer.read>> = await transfer.read(after, limit);
    all.push(...page.records);
    after = page.next;
  } while (after !== null);
  return all;
}

/** An engine gives most kinds in an order of its own. */
function sorted(records: readonly unknown[]): unknown[] {
  return [...records].sort((one, other) => (canonicalText(one) < canonicalText(other) ? -1 : 1));
}

test('no two recordSamples of a kind have the same key', () => {
  const check = <K extends RecordKind>(kind: K) => {
    const { key } = kindRules[kind];
    assert.equal(new Set(recordSamples[kind].map((record) => JSON.stringify(key(record)))).size, 3, kind);
  };
  for (const kind of recordKinds) check(kind);
});
