import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { someCaller, somePolicies, someValidator } from '../../../test/support/samples.ts';
import { testPipeline } from '../../../test/support/test-pipeline.ts';
import { testRegistry } from '../../../test/support/test-registry.ts';
import { StorageError } from '../errors.ts';
import { listPackages, readPackage, revised, searchPackages } from '../packages/index.ts';
import { PolicyKeeper } from './active-policies.ts';
import { changePolicies } from './change-policies.ts';
import { downloadVersion } from './download-version.ts';
import { explainDownload } from './explain-download.ts';
import { withHiddenPackages } from './hide-packages.ts';
import { replayDecisions } from './replay-decisions.ts';

const root = someCaller('root', { permissions: ['admin'] });
const ada = someCaller('ada');
const bob = someCaller('bob', { permissions: ['search', 'download'] });
const reason = 'The auditors want it.';
const content = (id: string, condition: string) =>
  `@id("${id}") forbid (principal, action in Action::"content", resource) when { ${condition} };`;
const notBob = content('not-bob', 'principal == User::"bob"');

describe('changing policies', () => {
  test('a new version is in force at once, on record with its number and reason', async () => {
    const { ports, publish, auditLog } = await testPipeline();
    const { packageId } = await publish(ada);
    await downloadVersion(ports, bob, { packageId });
    const version = await changePolicies(ports, root, { text: notBob, reason, expectedNumber: 0 });
    assert.deepEqual(
      [version.number, version.text, version.author.userName, version.createdAt],
      [1, notBob, 'root', ports.clock.now()],
    );
    const [entry] = await auditLog();
    assert.deepEqual([entry?.operation, entry?.subject.id, entry?.reason], ['policy.change', '1', reason]);
    await assert.rejects(downloadVersion(ports, bob, { packageId }), {
      code: 'permission-denied',
      detail: 'The policy not-bob forbids it.',
    });
    await changePolicies(ports, root, { text: '', reason, expectedNumber: 1 });
    await downloadVersion(ports, bob, { packageId });
  });

  test('what somebody else has changed meanwhile is not overwritten, and the same text makes no new version', async () => {
    const { registry } = await testRegistry();
    const put = (text: string, expectedNumber: number) =>
      changePolicies(registry, root, { text, reason, expectedNumber });
    assert.equal((await put(notBob, 0)).number, 1);
    await assert.rejects(put('', 0), { code: 'state-conflict', detail: /version 1, not 0/ });
    assert.equal((await put(notBob, 0)).number, 1);
    const racing = await Promise.allSettled(Array.from({ length: 4 }, (_, i) => put(`// ${i}`, 1)));
    assert.equal(racing.filter(({ status }) => status === 'fulfilled').length, 1);
    assert.equal((await registry.policies.last())?.number, 2);
  });

  test('a text with faults is refused with the places of them, and changes nothing', async () => {
    const { registry } = await testRegistry();
    const text = `${notBob}\n${content('x', 'resource.licence == ""')}`;
    await assert.rejects(changePolicies(registry, root, { text, reason, expectedNumber: 0 }), {
      code: 'policy-invalid',
      detail: /^Line 2, column \d+: .*licence/,
    });
    assert.equal(await registry.policies.last(), null);
  });

  test('no policy keeps administrators from changing them, not even one that forbids everything', async () => {
    const { registry } = await testRegistry();
    const text = '@id("nobody") forbid (principal, action, resource);';
    await changePolicies(registry, root, { text, reason, expectedNumber: 0 });
    await changePolicies(registry, root, { text: '', reason, expectedNumber: 1 });
  });

  test('a token that is limited to some packages changes nothing', async () => {
    const { registry } = await testRegistry();
    const limited = someCaller('root', { permissions: ['admin'], packagePatterns: ['a*'] });
    await assert.rejects(changePolicies(registry, limited, { text: '', reason, expectedNumber: 0 }), {
      code: 'permission-denied',
    });
  });
});

describe('policies in force', () => {
  test('that another process has stored are noticed within a second', async () => {
    const { registry, clock } = await testRegistry();
    const numbers = async () => (await registry.policyKeeper.current()).version?.number ?? 0;
    assert.equal(await numbers(), 0);
    for (const number of [1, 2, 3]) {
      await registry.commit([
        { change: 'policy.append', version: somePolicies({ number, text: `// ${number}` }) },
      ]);
    }
    assert.equal(await numbers(), 0, 'nobody has asked yet');
    clock.advance(1);
    assert.equal(await numbers(), 3);
  });

  test('are asked for once by any number who ask at once, and deny while nobody can tell them', async () => {
    const { registry, clock } = await testRegistry();
    let asked = 0;
    let down = false;
    const policies = {
      find: async (number: number) => {
        asked += 1;
        if (down) throw new StorageError('transient', 'no answer');
        return registry.policies.find(number);
      },
      last: () => registry.policies.last(),
    };
    const keeper = new PolicyKeeper({ ...registry, policies });
    await keeper.current();
    clock.advance(1);
    await Promise.all(Array.from({ length: 10 }, () => keeper.current()));
    assert.equal(asked, 1);
    clock.advance(1);
    down = true;
    await assert.rejects(keeper.current(), /no answer/);
    down = false;
    await keeper.current();
  });

  test('that are put in force while older ones are still being read are not lost', async () => {
    const { registry } = await testRegistry();
    const held = Promise.withResolvers<null>();
    let first = true;
    const policies = {
      find: (number: number) => registry.policies.find(number),
      last: () => {
        if (!first) return registry.policies.last();
        first = false;
        return held.promise;
      },
    };
    const keeper = new PolicyKeeper({ ...registry, policies });
    const early = keeper.current();
    await registry.commit([{ change: 'policy.append', version: somePolicies() }]);
    keeper.forget();
    assert.equal((await keeper.current()).version?.number, 1);
    held.resolve(null);
    await early;
    assert.equal((await keeper.current()).version?.number, 1);
  });
});

describe('packages that policies hide', () => {
  const hidden = `@id("secret") forbid (principal, action == Action::"view", resource)
    when { resource.name == "tokenizer" } unless { principal in Group::"insiders" };`;
  const hiddenRegistry = async () => {
    const pipeline = await testPipeline();
    const { packageId } = await pipeline.publish(ada);
    await pipeline.publish(ada, { packageName: 'another' });
    await changePolicies(pipeline.ports, root, { text: hidden, reason, expectedNumber: 0 });
    return { ...pipeline, packageId };
  };

  test('are not there for whom they are hidden from: not read, not listed, not found, not downloaded', async () => {
    const { ports, packageId } = await hiddenRegistry();
    for (const who of [bob, ada, root]) {
      const caller = await withHiddenPackages(ports, who);
      await assert.rejects(readPackage(ports, caller, packageId), { code: 'not-found' });
      await assert.rejects(downloadVersion(ports, caller, { packageId }), { code: 'not-found' });
      await assert.rejects(explainDownload(ports, caller, { package: packageId }), { code: 'not-found' });
      const listed = await listPackages(ports, caller, {}, { limit: 10 });
      assert.deepEqual(
        listed.items.map(({ name }) => name),
        ['another'],
      );
      const found = await searchPackages(ports, caller, { words: '', limit: 10 });
      assert.deepEqual(
        found.items.map((hit) => hit.package.name),
        ['another'],
      );
    }
  });

  test('are there for others, who also know at once when they are hidden from them', async () => {
    const { ports, packageId } = await hiddenRegistry();
    const insider = someCaller('eve', { permissions: ['search', 'download'], groupIds: ['insiders'] });
    await readPackage(ports, await withHiddenPackages(ports, insider), packageId);
    const left = someCaller('eve', { permissions: ['search', 'download'] });
    await assert.rejects(readPackage(ports, await withHiddenPackages(ports, left), packageId), {
      code: 'not-found',
    });
  });

  test('are all of them where the policies cannot be used', async () => {
    const { ports, publish } = await testPipeline();
    const { packageId } = await publish(ada);
    await ports.commit([{ change: 'policy.append', version: somePolicies({ text: 'forbid (' }) }]);
    await assert.rejects(readPackage(ports, await withHiddenPackages(ports, root), packageId), {
      code: 'not-found',
    });
  });

  test('a caller from whom nothing can be hidden is asked nothing', async () => {
    const { registry } = await testRegistry();
    assert.equal(await withHiddenPackages(registry, bob), bob);
    await changePolicies(registry, root, { text: notBob, reason, expectedNumber: 0 });
    assert.equal(await withHiddenPackages(registry, bob), bob);
  });
});

describe('explaining', () => {
  test('tells what would be decided and why, without giving or noting anything', async () => {
    const { ports, publish, auditLog } = await testPipeline();
    const { packageId } = await publish(ada);
    const before = (await auditLog()).length;
    const asked = { package: packageId };
    assert.deepEqual(await explainDownload(ports, bob, asked), {
      allowed: true,
      reason: 'Published, and the permission `download` is there.',
      policies: ['published'],
      validator: false,
    });
    const searcher = someCaller('eve', { permissions: ['search'] });
    assert.deepEqual((await explainDownload(ports, searcher, asked)).policies, ['permission-missing']);
    const named = { package: { kind: 'model', name: 'tokenizer' }, label: '1.0.0' } as const;
    assert.equal((await explainDownload(ports, bob, named)).allowed, true);
    assert.equal((await auditLog()).length, before);
  });

  test('tells administrators about others, by their permissions and groups of this moment', async () => {
    const { ports, publish, addUser, addGroup } = await testPipeline();
    const { packageId } = await publish(ada);
    const allowedGroups = [await addGroup('visitors')];
    const pkg = await ports.packages.find(packageId);
    assert.ok(pkg);
    const access = { sensitive: true, allowedGroups };
    await ports.commit([
      { change: 'package.change', package: revised(pkg, access) },
      { change: 'validator.append', version: someValidator({ packageId }) },
    ]);
    const mia = await addUser('mia', ['download'], { groupIds: allowedGroups });
    const of = (user: string, caller = root) => explainDownload(ports, caller, { package: packageId, user });
    for (const user of [mia.id, 'mia', 'MIA']) {
      const { allowed, validator } = await of(user);
      assert.deepEqual([allowed, validator], [true, true], user);
    }
    await ports.commit([{ change: 'group.remove-member', groupId: allowedGroups[0] ?? '', userId: mia.id }]);
    const { allowed, policies, validator } = await of('mia');
    assert.deepEqual([allowed, policies, validator], [false, ['sensitive'], false]);
    await assert.rejects(of('nobody-of-that-name'), { code: 'not-found' });
    await assert.rejects(of('mia', bob), { code: 'permission-denied' });
  });

  test('gives nothing away of what is not there for who asks', async () => {
    const { ports, publish } = await testPipeline();
    const { packageId } = await publish(ada);
    const nothing = someCaller('eve', { permissions: ['upload'] });
    for (const caller of [nothing, someCaller('eve', { packagePatterns: ['other'] })]) {
      await assert.rejects(explainDownload(ports, caller, { package: packageId }), { code: 'not-found' });
    }
    const name = { kind: 'model', name: 'no-such' } as const;
    await assert.rejects(explainDownload(ports, bob, { package: name }), { code: 'not-found' });
  });
});

describe('replaying', () => {
  const day = { from: new Date('2026-01-31T00:00:00Z'), until: new Date('2026-02-01T00:00:00Z') };

  test('tells which decisions would have come out differently, from what was put on record', async () => {
    const { ports, publish, auditLog } = await testPipeline();
    const { packageId } = await publish(ada);
    for (const who of [ada, bob, bob]) await downloadVersion(ports, who, { packageId });
    const searcher = someCaller('eve', { permissions: ['search'] });
    await assert.rejects(downloadVersion(ports, searcher, { packageId }));
    // What has become of the package since changes nothing.
    const pkg = await ports.packages.find(packageId);
    assert.ok(pkg);
    await ports.commit([{ change: 'package.change', package: revised(pkg, { state: 'deleted' }) }]);
    const entries = await auditLog();
    const replay = await replayDecisions(ports, root, { text: notBob, ...day });
    assert.deepEqual(
      { ...replay, different: replay.different.map(({ entry }) => entry.actor?.userName) },
      {
        decided: 4,
        skipped: 0,
        nowDenied: 2,
        nowAllowed: 0,
        different: ['bob', 'bob'],
        complete: true,
        next: null,
      },
    );
    const [{ before, after } = assert.fail('nothing')] = replay.different;
    assert.deepEqual([before.allowed, before.policies], [true, ['published']]);
    assert.deepEqual([after.allowed, after.policies], [false, ['not-bob']]);
    assert.deepEqual(await auditLog(), entries, 'a replay decides nothing');
  });

  test('tells what would have been allowed, had stricter policies not been in force', async () => {
    const { ports, publish } = await testPipeline();
    const { packageId } = await publish(ada);
    await changePolicies(ports, root, { text: notBob, reason, expectedNumber: 0 });
    await assert.rejects(downloadVersion(ports, bob, { packageId }));
    const replay = await replayDecisions(ports, root, { text: '', ...day });
    assert.deepEqual([replay.nowAllowed, replay.nowDenied], [1, 0]);
  });

  test('takes what a validator has denied for allowed by the policies of then, and says so', async () => {
    const { ports, publish } = await testPipeline();
    const { packageId } = await publish(ada);
    await downloadVersion(ports, bob, { packageId });
    const [entry = assert.fail('no entry')] = (await ports.audit.list({}, { limit: 1 })).items;
    const inputs = { ...entry.decision?.inputs, validator: { version: 1, cause: 'denied', elapsedMs: 1 } };
    const decision = { inputs, policies: ['published'] };
    const said = { outcome: 'denied', reason: 'What the script said.', decision } as const;
    const audit = { list: async () => ({ items: [{ ...entry, ...said }], next: null }) };
    const { different } = await replayDecisions({ ...ports, audit }, root, { text: notBob, ...day });
    assert.deepEqual(different[0]?.before, {
      allowed: true,
      reason: 'The policies allowed it; the validator did not.',
      policies: ['published'],
    });
  });

  test('knows the verdicts of that moment, though nobody asked for them then', async () => {
    const { ports, publish } = await testPipeline();
    const { packageId } = await publish(ada);
    await downloadVersion(ports, bob, { packageId });
    const of = (condition: string) =>
      replayDecisions(ports, root, { text: content('x', condition), ...day }).then(
        ({ nowDenied }) => nowDenied,
      );
    assert.equal(await of('resource.passed.contains("test")'), 1);
    assert.equal(await of('resource has verdict && resource.verdict == "passed"'), 1);
    assert.equal(await of('resource.released'), 0);
  });

  test('goes on where it stopped, entries without a decision included', async () => {
    const { ports, publish, clock } = await testPipeline();
    const { packageId } = await publish(ada);
    const downloads = 260;
    for (let i = 0; i < downloads; i++) {
      clock.advance(1);
      await downloadVersion(ports, i % 2 === 0 ? bob : ada, { packageId });
    }
    let [decided, denied, calls] = [0, 0, 0];
    let after: string | null | undefined;
    do {
      const part = await replayDecisions(ports, root, { text: notBob, ...day, after: after ?? undefined });
      decided += part.decided;
      denied += part.nowDenied;
      calls += 1;
      assert.equal(part.complete, part.next === null);
      after = part.next;
    } while (after !== null);
    assert.deepEqual([decided, denied], [downloads, downloads / 2]);
    assert.ok(calls > 1, 'one call looked at everything');
  });

  test('is refused for drafts with faults and for periods that are none', async () => {
    const { registry } = await testRegistry();
    await assert.rejects(replayDecisions(registry, root, { text: 'forbid', ...day }), {
      code: 'policy-invalid',
    });
    const backwards = { from: day.until, until: day.from };
    await assert.rejects(replayDecisions(registry, root, { text: '', ...backwards }), {
      code: 'invalid-request',
    });
  });
});

test('every decision is on record with its inputs and policies, a denied one before it is answered', async () => {
  const { ports, publish, auditLog } = await testPipeline();
  const { packageId, id, digest } = await publish(ada);
  await downloadVersion(ports, bob, { packageId });
  const searcher = someCaller('eve', { permissions: ['search'], groupIds: ['vision'] });
  await assert.rejects(downloadVersion(ports, searcher, { packageId }), { onRecord: true });
  const [denied, allowed] = await auditLog();
  assert.deepEqual([allowed?.outcome, allowed?.decision?.policies], ['succeeded', ['published']]);
  assert.deepEqual([denied?.outcome, denied?.decision?.policies], ['denied', ['permission-missing']]);
  assert.ok(denied?.decision);
  const { user, token, package: pkg, version } = denied.decision.inputs;
  assert.deepEqual(user, {
    id: 'eve',
    name: 'eve',
    permissions: ['search'],
    reviewer: false,
    groups: ['vision'],
  });
  assert.deepEqual(token, { kind: 'personal', reaches: true });
  assert.equal((pkg as { id?: string }).id, packageId);
  assert.deepEqual([(version as { id?: string }).id, (version as { digest?: string }).digest], [id, digest]);
});
