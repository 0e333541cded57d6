import assert from 'node:assert/strict';
import { test } from 'node:test';
import { testWorker, until } from '../../../test/support/test-worker.ts';
import { jobHandlers } from '../handlers.ts';

test('a sweep is done however often the process died over the one before', async () => {
  const { ports, clock, told, startWith } = await testWorker();
  const queueSweep = () => {
    const job = { id: 'sweep-content', kind: 'sweep-content', payload: {}, runAt: clock.now() } as const;
    return ports.commit([{ change: 'job.queue', job }]);
  };
  await queueSweep();
  for (let death = 0; death < 30; death++) {
    assert.ok(await ports.jobs.lease(['sweep-content'], clock.now(), 60_000));
    clock.advance(60);
  }
  await queueSweep();
  startWith(jobHandlers);
  await until('the sweep', () => told.length === 1);
  assert.equal(told[0]?.outcome, 'finished');
});
