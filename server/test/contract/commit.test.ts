// What every engine promises of `commit`, over all changes there are. The tables below name every one of them: a new
// change does not compile before it stands here.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { maximumChanges } from '../../src/core/commit.ts';
import type { AnyChange, RecordsEngine } from '../../src/core/engine.ts';
import type { ErrorCode } from '../../src/core/errors.ts';
import { describeOnEveryEngine } from '../support/engines.ts';
import { walk } from '../support/pages.ts';
import {
  someAuditEntry,
  someDelivery,
  someDigest,
  someEvent,
  someFalseAlarm,
  someGroup,
  someHallmark,
  someItem,
  someJob,
  somePackage,
  somePersonalToken,
  somePolicies,
  someReport,
  someSession,
  someUpload,
  someUser,
  someValidator,
  someVerdict,
  someVersion,
  someWebhook,
} from '../support/samples.ts';

type Name = AnyChange['change'];
type Named<N extends Name> = Extract<AnyChange, { change: N }>;

const at = new Date('2026-01-31T12:00:00Z');
const [held, removed, fresh] = ['held', 'removed', 'fresh'].map(someDigest) as [string, string, string];

const there = {
  ada: someUser({ id: 'ada', name: 'ada', permissions: ['admin'] }),
  bob: someUser({ id: 'bob', name: 'bob', permissions: ['search'] }),
  carol: someUser({ id: 'carol', name: 'carol', permissions: [] }),
  group: someGroup({ id: 'group', name: 'vision' }),
  otherGroup: someGroup({ id: 'other-group', name: 'speech' }),
  session: someSession({ id: 'session', userId: 'bob' }),
  otherSession: someSession({ id: 'other-session', userId: 'bob' }),
  token: somePersonalToken({ id: 'token', userId: 'bob' }),
  deadJob: someJob({ id: 'dead-job', kind: 'clean-upload' }),
  webhook: someWebhook({ id: 'webhook', userId: 'bob' }),
  otherWebhook: someWebhook({ id: 'other-webhook', userId: 'bob' }),
  delivery: someDelivery({ id: 'delivery', webhookId: 'webhook' }),
  package: somePackage({ id: 'package', name: 'tokenizer' }),
  version: someVersion({ id: 'version', packageId: 'package' }),
  upload: someUpload({ id: 'upload' }),
  validator: someValidator({ packageId: 'package' }),
  policies: somePolicies(),
};

/** One change of every kind that can be made now, each of which shows in what is read afterwards. */
const possible: { readonly [N in Name]: Named<N> } = {
  'user.insert': { change: 'user.insert', user: someUser({ name: 'dan' }), passwordHash: 'hash' },
  'user.change-permissions': {
    change: 'user.change-permissions',
    userId: 'bob',
    from: ['search'],
    to: ['upload', 'search'],
  },
  'user.change-password': {
    change: 'user.change-password',
    userId: 'bob',
    from: 'hash',
    to: 'another',
    mustChangePassword: true,
    endsSessions: true,
  },
  'user.delete': { change: 'user.delete', userId: 'carol', permissions: [], at },
  'group.insert': { change: 'group.insert', group: someGroup({ name: 'robots' }) },
  'group.describe': { change: 'group.describe', groupId: 'group', description: 'Another' },
  'group.delete': { change: 'group.delete', groupId: 'other-group' },
  'group.add-member': { change: 'group.add-member', groupId: 'group', userId: 'ada' },
  'group.remove-member': { change: 'group.remove-member', groupId: 'group', userId: 'bob' },
  'session.insert': { change: 'session.insert', session: someSession({ id: 'new', userId: 'bob' }) },
  'session.carry-over': { change: 'session.carry-over', sessionId: 'session', generation: 1 },
  'session.end': { change: 'session.end', sessionId: 'other-session' },
  'personal-token.insert': {
    change: 'personal-token.insert',
    token: somePersonalToken({ id: 'new', userId: 'bob' }),
  },
  'personal-token.revoke': { change: 'personal-token.revoke', tokenId: 'token' },
  'audit.append': { change: 'audit.append', entry: someAuditEntry() },
  'event.append': { change: 'event.append', event: someEvent() },
  'webhook.insert': { change: 'webhook.insert', webhook: someWebhook({ userId: 'bob' }) },
  'webhook.replace': {
    change: 'webhook.replace',
    webhook: { ...there.webhook, active: false, revision: 2 },
  },
  'webhook.delete': { change: 'webhook.delete', webhookId: 'other-webhook' },
  'delivery.insert': {
    change: 'delivery.insert',
    delivery: someDelivery({ id: 'new', webhookId: 'webhook' }),
  },
  'delivery.replace': {
    change: 'delivery.replace',
    delivery: { ...there.delivery, state: 'delivered', revision: 2 },
  },
  'item.insert': { change: 'item.insert', item: someItem() },
  'job.queue': { change: 'job.queue', job: someJob() },
  'job.revive': { change: 'job.revive', jobId: 'dead-job', runAt: at },
  'package.insert': { change: 'package.insert', package: somePackage({ name: 'segmenter' }) },
  'package.change': {
    change: 'package.change',
    package: { ...there.package, title: 'Another', revision: 2 },
  },
  'version.insert': {
    change: 'version.insert',
    version: someVersion({ packageId: 'package', label: '2.0.0' }),
  },
  'version.change': { change: 'version.change', version: { ...there.version, reason: 'Why', revision: 2 } },
  'package.index': {
    change: 'package.index',
    packageId: 'package',
    document: { name: 'tokenizer', title: '', description: '', readme: 'findable' },
  },
  'upload.insert': { change: 'upload.insert', upload: someUpload() },
  'upload.change': { change: 'upload.change', upload: { ...there.upload, state: 'aborted', revision: 2 } },
  'content.hold': { change: 'content.hold', digest: fresh, versionId: 'version' },
  'content.release': { change: 'content.release', digest: held, versionId: 'version' },
  'report.put': { change: 'report.put', report: someReport({ versionId: 'version' }) },
  'false-alarm.put': { change: 'false-alarm.put', alarm: someFalseAlarm({ digest: fresh }) },
  'hallmark.append': { change: 'hallmark.append', hallmark: someHallmark({ versionId: 'version' }) },
  'verdict.append': { change: 'verdict.append', verdict: someVerdict({ digest: fresh }) },
  'policy.append': { change: 'policy.append', version: somePolicies({ number: 2 }) },
  'validator.append': {
    change: 'validator.append',
    version: someValidator({ packageId: 'package', number: 2 }),
  },
};

/** For every kind the ways in which its condition can be violated, and the error that the change documents. */
const impossible: { readonly [N in Name]: readonly (readonly [ErrorCode, Named<N>])[] } = {
  'user.insert': [
    ['user-exists', { change: 'user.insert', user: someUser({ name: 'BOB' }), passwordHash: 'hash' }],
  ],
  'user.change-permissions': [
    ['state-conflict', { ...possible['user.change-permissions'], from: ['download'] }],
    ['state-conflict', { ...possible['user.change-permissions'], userId: 'nobody' }],
    [
      'last-administrator',
      { ...possible['user.change-permissions'], userId: 'ada', from: ['admin'], to: [] },
    ],
  ],
  'user.change-password': [['state-conflict', { ...possible['user.change-password'], from: 'other' }]],
  'user.delete': [
    ['state-conflict', { ...possible['user.delete'], permissions: ['upload'] }],
    ['last-administrator', { ...possible['user.delete'], userId: 'ada', permissions: ['admin'] }],
  ],
  'group.insert': [['group-exists', { change: 'group.insert', group: someGroup({ name: 'Vision' }) }]],
  'group.describe': [['not-found', { ...possible['group.describe'], groupId: 'none' }]],
  'group.delete': [],
  'group.add-member': [
    ['not-found', { ...possible['group.add-member'], groupId: 'none' }],
    ['not-found', { ...possible['group.add-member'], userId: 'nobody' }],
  ],
  'group.remove-member': [],
  'session.insert': [],
  'session.carry-over': [],
  'session.end': [],
  'personal-token.insert': [],
  'personal-token.revoke': [],
  'audit.append': [],
  'event.append': [],
  'webhook.insert': [
    ['webhook-limit', { change: 'webhook.insert', webhook: someWebhook({ userId: 'has-twenty' }) }],
  ],
  'webhook.replace': [
    ['state-conflict', { change: 'webhook.replace', webhook: { ...there.webhook, revision: 3 } }],
  ],
  'webhook.delete': [['not-found', { change: 'webhook.delete', webhookId: 'none' }]],
  'delivery.insert': [],
  'delivery.replace': [
    ['state-conflict', { change: 'delivery.replace', delivery: { ...there.delivery, revision: 3 } }],
  ],
  'item.insert': [],
  'job.queue': [],
  'job.revive': [['state-conflict', { ...possible['job.revive'], jobId: 'none' }]],
  'package.insert': [
    ['name-taken', { change: 'package.insert', package: somePackage({ name: 'Tokenizer' }) }],
  ],
  'package.change': [
    ['state-conflict', { change: 'package.change', package: { ...there.package, revision: 3 } }],
  ],
  'version.insert': [
    ['version-exists', { change: 'version.insert', version: someVersion({ packageId: 'package' }) }],
  ],
  'version.change': [
    ['state-conflict', { change: 'version.change', version: { ...there.version, revision: 3 } }],
  ],
  'package.index': [],
  'upload.insert': [],
  'upload.change': [
    ['state-conflict', { change: 'upload.change', upload: { ...there.upload, revision: 3 } }],
  ],
  'content.hold': [['unavailable', { change: 'content.hold', digest: removed, versionId: 'version' }]],
  'content.release': [],
  'report.put': [],
  'hallmark.append': [],
  'verdict.append': [],
  'false-alarm.put': [],
  'policy.append': [
    ['state-conflict', { change: 'policy.append', version: { ...there.policies, text: '' } }],
  ],
  'validator.append': [
    ['state-conflict', { change: 'validator.append', version: { ...there.validator, script: null } }],
  ],
};

describeOnEveryEngine('commit', (engine) => {
  const all = Object.values(possible);
  const batches = [all.slice(0, maximumChanges - 1), all.slice(maximumChanges - 1)];

  test('every kind of change shows in what is read after it', async () => {
    await settle(engine());
    let before = await everythingIn(engine());
    for (const change of all) {
      await engine().commit([change]);
      const after = await everythingIn(engine());
      assert.notDeepEqual(after, before, change.change);
      before = after;
    }
  });

  for (const [name, violations] of Object.entries(impossible)) {
    for (const [code, violated] of violations) {
      test(`a ${name} that is refused as ${code} takes all other changes with it`, async () => {
        await settle(engine());
        const before = await everythingIn(engine());
        for (const batch of batches) {
          // Another change to the same thing would decide instead.
          const others = batch.filter(({ change }) => change !== name);
          await assert.rejects(engine().commit([violated, ...others]), { code });
          await assert.rejects(engine().commit([...others, violated]), { code });
          assert.deepEqual(await everythingIn(engine()), before);
        }
      });
    }
  }

  test('of several violated conditions the first one is reported', async () => {
    await settle(engine());
    const [taken] = impossible['package.insert'];
    const [conflict] = impossible['upload.change'];
    assert.ok(taken && conflict);
    await assert.rejects(engine().commit([taken[1], conflict[1]]), { code: 'name-taken' });
    await assert.rejects(engine().commit([conflict[1], taken[1]]), { code: 'state-conflict' });
  });

  test(`${maximumChanges} changes are committed together, one more is refused whole`, async () => {
    const changes = Array.from({ length: maximumChanges + 1 }, () => possible['item.insert']).map(
      (change) => ({
        ...change,
        item: someItem(),
      }),
    );
    await assert.rejects(engine().commit(changes), /26 changes/);
    assert.deepEqual((await engine().items.list({}, { limit: 50 })).items, []);
    await engine().commit(changes.slice(1));
    assert.equal((await engine().items.list({}, { limit: 50 })).items.length, maximumChanges);
  });

  test('a commit of nothing is made', async () => {
    await engine().commit([]);
  });

  test('commits at the same time see each other whole or not at all', async () => {
    await engine().commit([{ change: 'package.insert', package: there.package }]);
    const outcomes = await Promise.allSettled(
      Array.from({ length: 20 }, (_, i) =>
        engine().commit([
          { change: 'version.insert', version: someVersion({ packageId: 'package', label: `1.0.${i}` }) },
          { change: 'package.change', package: { ...there.package, title: `1.0.${i}`, revision: 2 } },
        ]),
      ),
    );
    assert.equal(outcomes.filter(({ status }) => status === 'fulfilled').length, 1);
    const versions = await engine().versions.list('package', { states: ['published'] }, { limit: 50 });
    assert.deepEqual(
      versions.items.map(({ label }) => label),
      [(await engine().packages.find('package'))?.title],
    );
  });
});

/** Makes everything in `there`. */
async function settle(engine: RecordsEngine): Promise<void> {
  const { commit, jobs, holds } = engine;
  for (const user of [there.ada, there.bob, there.carol]) {
    await commit([{ change: 'user.insert', user, passwordHash: 'hash' }]);
  }
  await commit([
    { change: 'group.insert', group: there.group },
    { change: 'group.insert', group: there.otherGroup },
    { change: 'group.add-member', groupId: 'group', userId: 'bob' },
    { change: 'session.insert', session: there.session },
    { change: 'session.insert', session: there.otherSession },
    { change: 'personal-token.insert', token: there.token },
    { change: 'job.queue', job: there.deadJob },
    { change: 'webhook.insert', webhook: there.webhook },
    { change: 'webhook.insert', webhook: there.otherWebhook },
    { change: 'delivery.insert', delivery: there.delivery },
    { change: 'package.insert', package: there.package },
    { change: 'package.index', packageId: 'package', document: there.package },
    { change: 'version.insert', version: there.version },
    { change: 'upload.insert', upload: there.upload },
    { change: 'content.hold', digest: held, versionId: 'version' },
    { change: 'validator.append', version: there.validator },
    { change: 'policy.append', version: there.policies },
  ]);
  await commit(
    Array.from({ length: 20 }, (_, i) => ({
      change: 'webhook.insert',
      webhook: someWebhook({ id: `one-of-twenty-${i}`, userId: 'has-twenty' }),
    })),
  );
  const job = await jobs.lease(['clean-upload'], at, 1_000);
  assert.ok(job);
  await jobs.fail(job, 'hopeless', null, at);
  assert.equal(await holds.claimRemoval(removed), true);
}

/** All that can be read, as one value. */
async function everythingIn(engine: RecordsEngine): Promise<unknown> {
  const { users, groups, tokens, audit, items, jobs, events, webhooks, packages, versions, search } = engine;
  const allGroups = await walk((page) => groups.list(page), 50);
  const knownSessions = ['session', 'other-session', 'new'];
  const states = ['hidden', 'published', 'yanked', 'deleted'] as const;
  return {
    users: await walk((page) => users.list(page), 50),
    passwords: await Promise.all(['ada', 'bob', 'carol'].map((id) => users.passwordHashOf(id))),
    groups: allGroups,
    members: await Promise.all(allGroups.map(({ id }) => walk((page) => groups.listMembers(id, page), 50))),
    sessions: await Promise.all(knownSessions.map((id) => tokens.findSession(id))),
    tokens: await walk((page) => tokens.listPersonal('bob', page), 50),
    audit: await walk((page) => audit.list({}, page), 50),
    counts: await audit.countByDay({ from: new Date('2026-01-01'), until: new Date('2026-03-01') }),
    items: await walk((page) => items.list({}, page), 50),
    jobs: await jobs.statistics(at),
    deadJobs: await walk((page) => jobs.listDead(page), 50),
    events: await events.listAfter(null, null, 50),
    webhooks: await walk((page) => webhooks.list(page), 50),
    deliveries: await walk((page) => webhooks.listDeliveries('webhook', page), 50),
    packages: await walk((page) => packages.list({ states }, page), 50),
    versions: await walk((page) => versions.list('package', { states: ['published'] }, page), 50),
    hits: (await search.search({ words: 'findable' }, { limit: 50 })).items.length,
    uploads: await walk((page) => engine.uploads.list({}, page), 50),
    report: await engine.reports.find('version'),
    hallmark: await engine.hallmarks.latest('version'),
    falseAlarms: await engine.falseAlarms.list(fresh),
    verdicts: await engine.verdicts.list(fresh, { limit: 5 }),
    validator: await engine.validators.last('package'),
    policies: await engine.policies.last(),
    holds: [await isHeld(engine, held), await isHeld(engine, fresh)],
  };
}

async function isHeld({ holds }: RecordsEngine, digest: string): Promise<boolean> {
  if (!(await holds.claimRemoval(digest))) return true;
  await holds.forgetRemoval(digest);
  return false;
}
