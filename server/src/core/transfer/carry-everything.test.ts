import assert from 'node:assert/strict';
import { test } from 'node:test';
import { arrived, carry, finish, moving } from '../../../test/support/memory-move.ts';
import { someDigest, someEvent, someGroup, someItem, someVersion } from '../../../test/support/samples.ts';
import {
  at,
  everythingIn,
  memorySide,
  published,
  put,
  recordsOf,
  someRegistry,
  webhookSecret,
} from '../../../test/support/transfer-sides.ts';
import { incomingKey, packageKey, quarantineKey } from '../content/index.ts';
import { abandonTransfer, recordKinds } from './index.ts';

test('everything arrives, open uploads as expired ones', async () => {
  const move = await moving();
  await carry(move);
  const there = await everythingIn(move.target);
  assert.deepEqual(there, await arrived(move.source));
  for (const kind of recordKinds) assert.notEqual((there[kind] as unknown[]).length, 0, `some ${kind}`);
  const [webhook] = await recordsOf(move.target, 'webhook');
  await assert.rejects(move.source.secretBox.open(webhook?.sealedSecret ?? '', 'webhook w1'), {
    failure: 'permanent',
  });
  assert.equal(await move.target.secretBox.open(webhook?.sealedSecret ?? '', 'webhook w1'), webhookSecret);
});

test('another pass stores nothing again', async () => {
  const move = await moving();
  await carry(move);
  const revision = (await move.target.content.stat(quarantineKey('v2')))?.revision;
  move.told.length = 0;
  await carry(move);
  assert.deepEqual(
    move.told.filter((line) => !line.includes('the same')),
    [],
  );
  assert.equal((await move.target.content.stat(quarantineKey('v2')))?.revision, revision);
});

test('what has changed, come and gone at the source since the last pass follows with the next', async () => {
  const move = await moving();
  await carry(move);
  const { source } = move;
  const [version] = (await recordsOf(source, 'version')).filter(({ id }) => id === 'v2');
  const [pkg] = await recordsOf(source, 'package');
  assert.ok(version && pkg);
  await source.commit([
    { change: 'group.delete', groupId: 'g1' },
    { change: 'group.insert', group: someGroup({ id: 'g0', name: 'vision' }) },
    { change: 'version.change', version: { ...version, state: 'rejected', revision: 2 } },
    { change: 'version.insert', version: someVersion({ id: 'v0', packageId: 'p1', label: '1.1.0' }) },
    { change: 'package.change', package: { ...pkg.package, title: 'Another', revision: 2 } },
    {
      change: 'package.index',
      packageId: 'p1',
      document: { name: 'tokenizer', title: 'Another', description: '' },
    },
    { change: 'session.end', sessionId: 's2' },
    { change: 'webhook.delete', webhookId: 'w1' },
    { change: 'event.append', event: someEvent({ id: 'e0' }) },
    { change: 'user.delete', userId: 'bob', permissions: ['search', 'download'], at },
  ]);
  await source.tokens.useSession('s1', at);
  await source.content.remove(quarantineKey('v2'));
  await put(source.content, { area: 'processed', path: 'v1/summary.json' }, '{"changed":true}');
  await carry(move);
  assert.deepEqual(await everythingIn(move.target), await arrived(source));
});

test('events that have come in another order are put into that of the source', async () => {
  const move = await moving();
  await carry(move);
  const [e2, e1] = await recordsOf(move.source, 'event');
  assert.ok(e1 && e2);
  await move.target.transfer.event.remove([e1, e2]);
  await move.target.transfer.event.put([e1, e2]);
  await move.source.commit([{ change: 'event.append', event: someEvent({ id: 'e3' }) }]);
  await carry(move);
  assert.deepEqual(
    (await move.target.events.listAfter(null, null, 10)).map(({ id }) => id),
    ['e2', 'e1', 'e3'],
  );
});

test('a target that holds anything else is refused, and left as it is', async () => {
  const target = await memorySide();
  await target.commit([{ change: 'item.insert', item: someItem() }]);
  const before = await everythingIn(target);
  await assert.rejects(carry(await moving({ target })), {
    code: 'state-conflict',
    detail: /not empty.*item/,
  });
  assert.deepEqual(await everythingIn(target), before);
  assert.equal(await target.marks.read(), null);
});

test('the target of one transfer is refused by another', async () => {
  const first = await moving();
  await carry(first);
  const second = await moving({ target: first.target });
  await assert.rejects(carry(second), { code: 'state-conflict', detail: /another transfer/ });
  await assert.rejects(carry(await moving({ source: first.target })), { detail: /being filled/ });
});

test('two configurations of the same engines are refused', async () => {
  const source = await memorySide();
  await someRegistry(source);
  await assert.rejects(carry(await moving({ source, target: source })), {
    detail: /the same records and the same content/,
  });
});

test('content moves alone when the records are the same', async () => {
  const source = await memorySide();
  await someRegistry(source);
  const { content } = await memorySide();
  const move = await moving({ source, target: { ...source, content } });
  await carry(move);
  await finish(move);
  assert.equal((await source.marks.read())?.state, 'read-only');
  assert.equal((await content.stat(packageKey(someDigest(published))))?.sizeBytes, published.length);
  assert.equal(await abandonTransfer(source), true);
  assert.equal((await source.marks.read())?.state, 'being-copied');
});

test('content that both sides share stays where it is', async () => {
  const move = await moving();
  const target = { ...move.target, content: move.source.content };
  const sharing = await moving({ source: move.source, target });
  await finish(sharing);
  assert.equal(
    sharing.told.some((line) => line.startsWith('content:')),
    false,
  );
  assert.notEqual(await move.source.content.stat(incomingKey('open')), null);
});
