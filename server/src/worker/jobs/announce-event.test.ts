import assert from 'node:assert/strict';
import { test } from 'node:test';
import { someEvent } from '../../../test/support/samples.ts';
import { testWorker, until } from '../../../test/support/test-worker.ts';
import { StorageError } from '../../core/errors.ts';
import type { RegistryEvent } from '../../core/events/index.ts';
import { jobHandlers } from '../handlers.ts';

test('an event is told to listeners outside, and again until they have it', async () => {
  const { ports, clock, told, startWith } = await testWorker();
  const heard: RegistryEvent[] = [];
  let refusals = 1;
  const announcer = {
    announce: async (event: RegistryEvent) => {
      if (refusals-- > 0) throw new StorageError('transient', 'the bus is away');
      heard.push(event);
    },
  };
  const event = someEvent({ at: clock.now() });
  await ports.commit([{ change: 'event.append', event }]);
  startWith(jobHandlers, {}, { ...ports, announcer });
  await until('the first try', () => told.some(({ job }) => job.kind === 'announce-event'));
  assert.deepEqual(heard, []);
  for (let i = 0; i < 50 && heard.length === 0; i++) {
    clock.advance(60);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  assert.deepEqual(heard, [event]);
});

test('where nobody outside listens, no job is made for it', async () => {
  const { ports, clock, told, startWith } = await testWorker();
  await ports.commit([{ change: 'event.append', event: someEvent({ at: clock.now() }) }]);
  startWith(jobHandlers);
  await until('the telling', () => told.some(({ job }) => job.kind === 'tell-event'));
  assert.deepEqual(await ports.jobs.statistics(clock.now()), []);
});
