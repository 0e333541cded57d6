import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { randomness, someItem } from '../../../test/support/samples.ts';
import { at, memorySide } from '../../../test/support/transfer-sides.ts';
import { pauseLapsesMs, WriteGuard } from '../transfer/index.ts';
import { pausingWriting } from './pause-writing.ts';

/** A registry in a time of its own, in which pauses end in their order as soon as nobody has anything else to do. */
async function world() {
  const side = await memorySide();
  let nowMs = at.getTime();
  const pauses: { dueMs: number; end: () => void }[] = [];
  const clock = { now: () => new Date(nowMs) };
  const pause = (ms: number) =>
    new Promise<void>((end) => {
      pauses.push({ dueMs: nowMs + ms, end });
    });
  const guard = new WriteGuard({ clock, marks: side.marks });
  const commit = guard.commit(side.commit);
  return {
    side,
    clock,
    ports: { clock, randomness, marks: side.marks, pause },
    pause,
    write: () => commit([{ change: 'item.insert', item: someItem() }]),
    /** Lets time go by until the promise is settled. */
    async until<T>(settling: Promise<T>): Promise<T> {
      let settled = false;
      const done = settling.finally(() => {
        settled = true;
      });
      done.catch(() => {});
      while (!settled) {
        for (let i = 0; i < 20 && !settled; i++) await turn();
        const next = pauses.sort((one, other) => one.dueMs - other.dueMs).shift();
        if (next === undefined) continue;
        nowMs = Math.max(nowMs, next.dueMs);
        next.end();
      }
      return done;
    },
  };
}

const limits = { settleMs: 5_000, limitMs: 120_000 };

test('nobody writes while the work is done, however long that takes, and everybody after it', async () => {
  const { ports, until, write, pause, side } = await world();
  await write();
  const work = async () => {
    for (let i = 0; i < 9; i++) {
      await pause(10_000);
      await assert.rejects(write(), { code: 'read-only', message: /backup/ });
    }
    return 'done';
  };
  assert.equal(await until(pausingWriting(ports, limits, work)), 'done');
  assert.equal(await side.marks.read(), null);
  await until(pause(2_000));
  await write();
});

test('work that fails, or takes longer than it may, lets the registry be written again', async () => {
  const { ports, until, write, pause, side } = await world();
  const failing = pausingWriting(ports, limits, async () => {
    throw new Error('the disk is full');
  });
  await assert.rejects(until(failing), /the disk is full/);
  assert.equal(await side.marks.read(), null);
  const slow = pausingWriting(ports, { ...limits, limitMs: 30_000 }, () => pause(600_000));
  await assert.rejects(until(slow), { code: 'unavailable' });
  assert.equal(await side.marks.read(), null);
  await write();
});

test('the pause of a process that is no more lapses, and the next one waits for that', async () => {
  const { ports, until, write, pause, side, clock } = await world();
  await side.marks.write({ state: 'paused', transferId: 'of a killed process', since: clock.now() });
  await until(pause(3_000));
  await assert.rejects(write(), { code: 'read-only' });
  const begunMs = clock.now().getTime();
  await until(pausingWriting(ports, limits, async () => {}));
  assert.ok(clock.now().getTime() - begunMs >= pauseLapsesMs - 3_000);
  await side.marks.write({ state: 'paused', transferId: 'of a killed process', since: clock.now() });
  await until(pause(pauseLapsesMs));
  await write();
});

test('a registry that is being moved is not paused, and its mark stays', async () => {
  const { ports, until, side } = await world();
  for (const state of ['being-copied', 'read-only', 'moved'] as const) {
    await side.marks.write({ state, transferId: 't', since: at });
    await assert.rejects(until(pausingWriting(ports, limits, async () => {})), { code: 'state-conflict' });
    assert.equal((await side.marks.read())?.state, state);
  }
});
