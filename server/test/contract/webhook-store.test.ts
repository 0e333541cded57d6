import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RegistryError } from '../../src/core/errors.ts';
import { maximumWebhooksOfAUser } from '../../src/core/events/index.ts';
import { describeOnEveryEngine } from '../support/engines.ts';
import { someDelivery, someWebhook } from '../support/samples.ts';

const refusedAs = (code: string) => (error: unknown) => error instanceof RegistryError && error.code === code;

describeOnEveryEngine('WebhookStore', (engine) => {
  const insert = async (webhook = someWebhook()) => {
    await engine().commit([{ change: 'webhook.insert', webhook }]);
    return webhook;
  };

  test('a webhook is found as it was, and listed for its user', async () => {
    const [own, other] = [await insert(), await insert(someWebhook({ userId: 'u2', active: false }))];
    assert.deepEqual(await engine().webhooks.find(own.id), own);
    assert.equal(await engine().webhooks.find('another'), null);
    assert.deepEqual(await engine().webhooks.listOf('u1'), [own]);
    assert.deepEqual((await engine().webhooks.list({ limit: 10 })).items, [own, other]);
  });

  test('pages of all webhooks run from the oldest on', async () => {
    const webhooks = [await insert(), await insert(), await insert()];
    const first = await engine().webhooks.list({ limit: 2 });
    const second = await engine().webhooks.list({ limit: 2, after: first.next ?? undefined });
    assert.deepEqual([...first.items, ...second.items], webhooks);
    assert.equal(second.next, null);
  });

  test('a user has a limited number of webhooks; others are not concerned', async () => {
    for (let i = 0; i < maximumWebhooksOfAUser; i++) await insert();
    await assert.rejects(insert(), refusedAs('webhook-limit'));
    await insert(someWebhook({ userId: 'u2' }));
  });

  test('of two changes to one revision the second is refused', async () => {
    const webhook = await insert();
    const changed = { ...webhook, active: false, switchedOffBecause: 'tired', deadInARow: 9, revision: 2 };
    await engine().commit([{ change: 'webhook.replace', webhook: changed }]);
    assert.deepEqual(await engine().webhooks.find(webhook.id), changed);
    const late = { ...webhook, url: 'https://example.org/late', revision: 2 };
    await assert.rejects(
      engine().commit([{ change: 'webhook.replace', webhook: late }]),
      refusedAs('state-conflict'),
    );
    assert.deepEqual(await engine().webhooks.find(webhook.id), changed);
  });

  test('a webhook goes with its deliveries, and goes once', async () => {
    const [webhook, other] = [await insert(), await insert()];
    const delivery = someDelivery({ webhookId: webhook.id });
    const kept = someDelivery({ webhookId: other.id });
    await engine().commit([
      { change: 'delivery.insert', delivery },
      { change: 'delivery.insert', delivery: kept },
    ]);
    const removal = { change: 'webhook.delete', webhookId: webhook.id } as const;
    await engine().commit([removal]);
    assert.equal(await engine().webhooks.find(webhook.id), null);
    assert.equal(await engine().webhooks.findDelivery(delivery.id), null);
    assert.deepEqual(await engine().webhooks.findDelivery(kept.id), kept);
    await assert.rejects(engine().commit([removal]), refusedAs('not-found'));
  });

  test('a delivery is kept as it was first inserted, and only for a webhook that is there', async () => {
    const webhook = await insert();
    const delivery = someDelivery({ webhookId: webhook.id });
    const again = { ...delivery, state: 'dead' } as const;
    const orphan = someDelivery({ webhookId: 'nothing' });
    for (const each of [delivery, again, orphan]) {
      await engine().commit([{ change: 'delivery.insert', delivery: each }]);
    }
    assert.deepEqual(await engine().webhooks.findDelivery(delivery.id), delivery);
    assert.equal(await engine().webhooks.findDelivery(orphan.id), null);
  });

  test('a delivery is replaced with its attempts; of two changes to one revision the second is refused', async () => {
    const webhook = await insert();
    const delivery = someDelivery({ webhookId: webhook.id });
    await engine().commit([{ change: 'delivery.insert', delivery }]);
    const at = new Date('2026-01-31T12:00:01.234Z');
    const tried = {
      ...delivery,
      state: 'delivered',
      attempts: [
        { at, durationMs: 5, status: null, error: 'no answer', responseBody: '' },
        { at, durationMs: 6, status: 200, error: null, responseBody: 'ok' },
      ],
      revision: 2,
    } as const;
    await engine().commit([{ change: 'delivery.replace', delivery: tried }]);
    assert.deepEqual(await engine().webhooks.findDelivery(delivery.id), tried);
    await assert.rejects(
      engine().commit([{ change: 'delivery.replace', delivery: tried }]),
      refusedAs('state-conflict'),
    );
  });

  test('deliveries of a webhook are listed newest first, page by page', async () => {
    const webhook = await insert();
    const deliveries = Array.from({ length: 3 }, () => someDelivery({ webhookId: webhook.id }));
    for (const delivery of deliveries) await engine().commit([{ change: 'delivery.insert', delivery }]);
    const first = await engine().webhooks.listDeliveries(webhook.id, { limit: 2 });
    const rest = await engine().webhooks.listDeliveries(webhook.id, {
      limit: 2,
      after: first.next ?? undefined,
    });
    assert.deepEqual([...first.items, ...rest.items], deliveries.reverse());
    assert.deepEqual((await engine().webhooks.listDeliveries('another', { limit: 2 })).items, []);
  });
});
