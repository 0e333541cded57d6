import assert from 'node:assert/strict';
import { test } from 'node:test';
import { someCaller, someUser } from '../../test/support/samples.ts';
import { testPipeline } from '../../test/support/test-pipeline.ts';
import { until } from '../../test/support/test-worker.ts';
import type { ArrivalNotice } from '../core/uploads/index.ts';
import { ArrivalListener } from './arrival-listener.ts';

/** A listener that hears what is put into `told`, until it is stopped. */
async function listening() {
  const pipeline = await testPipeline();
  const user = someUser({ id: 'ada', name: 'ada', permissions: ['upload'] });
  await pipeline.ports.commit([{ change: 'user.insert', user, passwordHash: 'hash' }]);
  const told: (ArrivalNotice | Error)[] = [];
  const settled: string[] = [];
  const postponed: [string, number][] = [];
  const problems: unknown[] = [];
  const notices = {
    next: async (signal: AbortSignal) => {
      const given = told.shift();
      if (given instanceof Error) throw given;
      if (given === undefined && !signal.aborted) await new Promise((resolve) => setTimeout(resolve, 1));
      return given ?? null;
    },
    settle: async ({ receipt }: ArrivalNotice) => void settled.push(receipt),
    postpone: async ({ receipt }: ArrivalNotice, seconds: number) => void postponed.push([receipt, seconds]),
  };
  const settings = { leaveMs: 60_000, pauseMs: 1 };
  const listener = new ArrivalListener(
    pipeline.ports,
    notices,
    settings,
    (_, cause) => void problems.push(cause),
  );
  const notice = (receipt: string, key: string, at = new Date(0)) =>
    told.push({ receipt, arrivals: [{ key, at }] });
  return { ...pipeline, listener, told, notice, settled, postponed, problems };
}

test('an upload that has arrived a while ago is completed, and the notice settled', async () => {
  const { ports, begin, send, notice, settled, listener } = await listening();
  const upload = await begin(someCaller('ada'));
  await send(upload);
  notice('1', `incoming/${upload.id}`);
  listener.start();
  await until('the notice', () => settled.length === 1);
  await listener.stop();
  assert.equal((await ports.uploads.find(upload.id))?.state, 'completed');
});

test('an upload that has just arrived is left to its client for a while', async () => {
  const { ports, clock, begin, send, notice, settled, postponed, listener } = await listening();
  const upload = await begin(someCaller('ada'));
  await send(upload);
  const arrivedAt = clock.now();
  clock.advance(20);
  notice('1', `incoming/${upload.id}`, arrivedAt);
  listener.start();
  await until('the notice', () => postponed.length === 1);
  assert.deepEqual(postponed, [['1', 40]]);
  assert.equal((await ports.uploads.find(upload.id))?.state, 'open');
  clock.advance(40);
  notice('2', `incoming/${upload.id}`, arrivedAt);
  await until('the notice again', () => settled.length === 1);
  await listener.stop();
  assert.equal((await ports.uploads.find(upload.id))?.state, 'completed');
});

test('notices of other objects, and of nothing, are settled', async () => {
  const { told, notice, settled, listener } = await listening();
  notice('1', 'packages/sha256/ab/cd/abcd');
  notice('2', 'incoming/none');
  told.push({ receipt: '3', arrivals: [] });
  listener.start();
  await until('all notices', () => settled.length === 3);
  await listener.stop();
});

test('an outage settles nothing, is told, and does not end the listening', async () => {
  const { ports, begin, send, told, notice, settled, problems, listener } = await listening();
  const upload = await begin(someCaller('ada'));
  told.push(new Error('the queue is away'));
  await send(upload);
  const find = ports.uploads.find.bind(ports.uploads);
  ports.uploads.find = async (id) => {
    ports.uploads.find = find;
    throw new Error(`the records are away, and so is ${id}`);
  };
  notice('1', `incoming/${upload.id}`);
  listener.start();
  await until('both failures', () => problems.length === 2);
  assert.deepEqual(settled, []);
  notice('2', `incoming/${upload.id}`);
  await until('the notice again', () => settled.length === 1);
  await listener.stop();
  assert.equal((await ports.uploads.find(upload.id))?.state, 'completed');
});
