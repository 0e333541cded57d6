import assert from 'node:assert/strict';
import { test } from 'node:test';
import { carry, moving } from '../../../test/support/memory-move.ts';
import { someItem, someJob } from '../../../test/support/samples.ts';
import { at } from '../../../test/support/transfer-sides.ts';
import { WriteGuard, writableForMs } from './index.ts';

test('a registry that is being copied goes on being written', async () => {
  const move = await moving();
  await carry(move);
  const guard = new WriteGuard({ clock: move.ports.clock, marks: move.source.marks });
  await guard.commit(move.source.commit)([{ change: 'item.insert', item: someItem() }]);
  assert.equal((await guard.jobs(move.source.jobs).lease(['check-version'], at, 1_000))?.id, 'j1');
});

test('jobs that run when the registry becomes read-only may be told the end of', async () => {
  const { source, ports } = await moving();
  await source.commit([{ change: 'job.queue', job: someJob({ id: 'j2', runAt: at }) }]);
  const guarded = new WriteGuard({ clock: ports.clock, marks: source.marks }).jobs(source.jobs);
  const leased = await guarded.lease(['check-version'], at, 1_000);
  assert.ok(leased);
  await source.marks.write({ state: 'read-only', transferId: 't', since: at });
  await ports.pause(writableForMs);
  assert.equal(await guarded.prolong(leased, new Date(at.getTime() + 5_000)), true);
  assert.equal(await guarded.finish(leased), true);
  const notDue = await guarded.leaseJob('j2', at, 1_000);
  assert.ok(notDue !== null && 'dueAt' in notDue && notDue.dueAt > at);
});

test('however much is written, the mark is read once in two seconds', async () => {
  const { source, ports } = await moving();
  let reads = 0;
  const marks = {
    read: () => {
      reads += 1;
      return source.marks.read();
    },
  };
  const commit = new WriteGuard({ clock: ports.clock, marks }).commit(source.commit);
  const write = () => commit([{ change: 'item.insert', item: someItem() }]);
  await Promise.all(Array.from({ length: 20 }, write));
  assert.equal(reads, 1);
  await ports.pause(writableForMs - 1);
  await write();
  assert.equal(reads, 1);
  await ports.pause(1);
  await write();
  assert.equal(reads, 2);
});
