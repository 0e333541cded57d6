import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RegistryError } from '../../src/core/errors.ts';
import type { RegistryEvent } from '../../src/core/events/index.ts';
import { describeOnEveryEngine } from '../support/engines.ts';
import { someEvent, someItem } from '../support/samples.ts';

describeOnEveryEngine('EventStore', (engine) => {
  const append = async (...events: RegistryEvent[]) => {
    for (const event of events) await engine().commit([{ change: 'event.append', event }]);
  };
  const later = new Date('2026-02-01T00:00:00Z');

  test('an event is found as it was', async () => {
    const event = someEvent({ uploadId: null, data: { label: '1.0.0', sizeBytes: 3, reason: null } });
    await append(event);
    assert.deepEqual(await engine().events.find(event.id), event);
    assert.equal(await engine().events.find('another'), null);
  });

  test('events are listed in the order of their commits, also when their ids were made in another', async () => {
    const [early, late] = [someEvent(), someEvent()];
    await append(late);
    const seen = await engine().events.listAfter(null, null, 10);
    await append(early);
    assert.deepEqual(seen, [late]);
    assert.deepEqual(await engine().events.listAfter(null, late.id, 10), [early]);
  });

  test('a follower sees each event once, however it pages', async () => {
    const events = Array.from({ length: 5 }, () => someEvent());
    await append(...events);
    const seen: RegistryEvent[] = [];
    for (;;) {
      const page = await engine().events.listAfter('u1', seen.at(-1)?.id ?? null, 2);
      if (page.length === 0) break;
      seen.push(...page);
    }
    assert.deepEqual(seen, events);
  });

  test('a user is told nothing of what concerns others', async () => {
    const [own, other] = [someEvent(), someEvent({ userId: 'u2' })];
    await append(own, other);
    assert.deepEqual(await engine().events.listAfter('u1', null, 10), [own]);
    assert.deepEqual(await engine().events.last('u1'), own);
    assert.deepEqual(await engine().events.last(null), other);
    assert.equal(await engine().events.last('u3'), null);
  });

  test('going on after an event that is not one’s own, or none, is refused alike', async () => {
    const other = someEvent({ userId: 'u2' });
    await append(other);
    for (const id of [other.id, 'nothing']) {
      await assert.rejects(
        engine().events.listAfter('u1', id, 10),
        (error) => error instanceof RegistryError && error.code === 'invalid-cursor',
      );
    }
  });

  test('appending queues the telling of the event; appending again does nothing', async () => {
    const event = someEvent();
    await append(event, event);
    assert.equal((await engine().events.listAfter(null, null, 10)).length, 1);
    const lease = () => engine().jobs.lease(['tell-event'], later, 1_000);
    const job = await lease();
    assert.deepEqual([job?.id, job?.payload], [`tell-${event.id}`, { eventId: event.id }]);
    assert.equal(await lease(), null);
  });

  test('a commit that fails leaves neither the event nor its job', async () => {
    const event = someEvent();
    await assert.rejects(
      engine().commit([
        { change: 'item.insert', item: someItem() },
        { change: 'event.append', event },
        { change: 'webhook.delete', webhookId: 'nothing' },
      ]),
    );
    assert.equal(await engine().events.find(event.id), null);
    assert.equal(await engine().jobs.lease(['tell-event'], later, 1_000), null);
  });
});
