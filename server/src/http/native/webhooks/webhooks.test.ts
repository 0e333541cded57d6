import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import type { Static } from 'typebox';
import { someEvent } from '../../../../test/support/samples.ts';
import { testApp } from '../../../../test/support/test-app.ts';
import { type SignedIn, type TestRegistry, testRegistry } from '../../../../test/support/test-registry.ts';
import { HttpWebhookSender } from '../../../adapters/webhook-delivery/http-webhook-sender.ts';
import { noTelemetry } from '../../../core/health/index.ts';
import { jobHandlers } from '../../../worker/handlers.ts';
import { Worker } from '../../../worker/worker.ts';
import type { DeliverySchema } from './webhook-schema.ts';

let fixture: TestRegistry;
let app: Awaited<ReturnType<typeof testApp>>;
let worker: Worker;
let ada: SignedIn;
let receiver: Awaited<ReturnType<typeof startReceiver>>;

beforeEach(async () => {
  fixture = await testRegistry();
  const registry = {
    ...fixture.registry,
    webhookSender: new HttpWebhookSender({ timeoutMs: 2_000, allowPrivate: true }),
  };
  app = await testApp({ registry });
  const examiner = {
    examine: () => Promise.reject(new Error('not here')),
    rules: async () => ({}),
    close: async () => {},
  };
  const ports = {
    ...registry,
    examiner,
    telemetry: noTelemetry,
    announcer: null,
    webhookSwitchOffAfter: 2,
    sweepGraceMs: 0,
    recheckPerHour: 0,
  };
  // Longer than the clock is ever moved on while a job runs.
  const settings = { concurrency: 2, pollMs: 5, leaseMs: 864_000_000 };
  worker = new Worker(ports, jobHandlers, settings, () => {});
  worker.start();
  ada = await fixture.signIn('ada', []);
  receiver = await startReceiver();
});
afterEach(async () => {
  await worker.stop(100);
  await app.close();
  receiver.close();
});

/** Answers with the next of `statuses`, with 200 when there is none. */
async function startReceiver() {
  const received: { headers: IncomingHttpHeaders; body: string }[] = [];
  const statuses: number[] = [];
  const server = createServer(async (request, response) => {
    received.push({ headers: request.headers, body: (await request.toArray()).join('') });
    response.writeHead(statuses.shift() ?? 200).end('noted');
  }).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`;
  const close = () => {
    server.closeAllConnections();
    server.close();
  };
  return { url, received, statuses, close };
}

type Method = 'GET' | 'POST' | 'PATCH' | 'DELETE';

async function call(method: Method, url: string, payload?: object, who = ada) {
  const answer = await app.inject({ method, url, headers: who.headers, ...(payload && { payload }) });
  return { status: answer.statusCode, body: answer.body === '' ? null : answer.json() };
}

async function createWebhook(fields: object = {}, who = ada) {
  const given = { url: receiver.url, kinds: ['version.published'], ...fields };
  const { status, body } = await call('POST', '/api/webhooks', given, who);
  assert.equal(status, 201, JSON.stringify(body));
  return body;
}

async function happen(fields = {}) {
  const event = someEvent({ userId: ada.user.id, at: fixture.clock.now(), ...fields });
  await fixture.registry.commit([{ change: 'event.append', event }]);
  return event;
}

const deliveriesOf = async (webhook: { id: string }) =>
  (await call('GET', `/api/webhooks/${webhook.id}/deliveries`)).body.items;

async function until<T>(look: () => Promise<T | false | undefined>): Promise<T> {
  for (let i = 0; i < 400; i++) {
    const seen = await look();
    if (seen) return seen;
    await wait(5);
  }
  throw new Error('It did not happen in time.');
}

type ShownDelivery = Static<typeof DeliverySchema>;

/** Makes time pass while the worker tries again, until the delivery has this state. */
const settled = (webhook: { id: string }, event: { id: string }, state: string) =>
  until(async () => {
    fixture.clock.advance(120);
    const deliveries: ShownDelivery[] = await deliveriesOf(webhook);
    return deliveries.find(({ eventId, ...delivery }) => eventId === event.id && delivery.state === state);
  });

test('an event reaches a subscribed webhook, signed so that the receiver can tell', async () => {
  const webhook = await createWebhook();
  const event = await happen();
  const delivery = await until(async () => (await deliveriesOf(webhook))[0]?.state === 'delivered' && true);
  assert.ok(delivery);
  const [{ headers, body }] = receiver.received as [(typeof receiver.received)[0]];
  const { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': signature } = headers;
  const key = Buffer.from(webhook.secret.replace(/^whsec_/, ''), 'base64');
  const expected = createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64');
  assert.equal(signature, `v1,${expected}`);
  assert.equal(id, event.id);
  assert.equal(Number(timestamp), fixture.clock.now().getTime() / 1000);
  assert.deepEqual(JSON.parse(body), {
    type: 'version.published',
    timestamp: event.at.toISOString(),
    data: {
      packageName: 'tokenizer',
      label: '1.2.3',
      reason: null,
      eventId: event.id,
      uploadId: 'up1',
      packageId: 'p1',
      versionId: 'v1',
    },
  });
});

test('kinds nobody subscribed to, events of others and webhooks that are off are not delivered', async () => {
  await createWebhook();
  await createWebhook({ active: false });
  const bob = await fixture.signIn('bob', []);
  await happen({ kind: 'version.yanked' });
  await happen({ userId: bob.user.id });
  const last = await happen();
  await until(async () => receiver.received.length > 0);
  await wait(50);
  assert.deepEqual(
    receiver.received.map(({ headers }) => headers['webhook-id']),
    [last.id],
  );
});

test('a delivery that fails is tried again under the same id, and every attempt is in the log', async () => {
  receiver.statuses.push(500, 404);
  const webhook = await createWebhook();
  const delivery = await settled(webhook, await happen(), 'delivered');
  assert.deepEqual(
    delivery.attempts.map((attempt) => [attempt.status, attempt.error]),
    [
      [500, 'The receiver answered 500.'],
      [404, 'The receiver answered 404.'],
      [200, null],
    ],
  );
  assert.equal(delivery.attempts[2]?.responseBody, 'noted');
  assert.equal(new Set(receiver.received.map(({ headers }) => headers['webhook-id'])).size, 1);
});

test('a delivery is given up after many attempts, and can then be made again', async () => {
  receiver.statuses.push(...Array(12).fill(503));
  const webhook = await createWebhook();
  const event = await happen();
  const dead = await settled(webhook, event, 'dead');
  assert.equal(dead.attempts.length, 12);
  assert.equal((await fixture.registry.jobs.listDead({ limit: 1 })).items.length, 0);
  const path = `/api/webhooks/${webhook.id}/deliveries/${dead.id}/redeliver`;
  const again = await call('POST', path);
  assert.deepEqual([again.status, again.body.state], [202, 'pending']);
  const delivered = await settled(webhook, event, 'delivered');
  assert.equal(delivered.attempts.length, 13);
});

test('a delivery that is under way cannot be made again', async () => {
  receiver.statuses.push(500);
  const webhook = await createWebhook();
  await happen();
  const [delivery] = await until(async () => {
    const found = await deliveriesOf(webhook);
    return found[0]?.attempts.length === 1 && found;
  });
  const { status, body } = await call(
    'POST',
    `/api/webhooks/${webhook.id}/deliveries/${delivery.id}/redeliver`,
  );
  assert.deepEqual([status, body.code], [409, 'state-conflict']);
});

test('a webhook whose deliveries are given up one after the other is switched off, and says why', async () => {
  const webhook = await createWebhook();
  for (let i = 0; i < 2; i++) {
    receiver.statuses.push(...Array(12).fill(500));
    await settled(webhook, await happen(), 'dead');
  }
  const off = await until(async () => {
    const { body } = await call('GET', `/api/webhooks/${webhook.id}`);
    return !body.active && body;
  });
  assert.match(off.switchedOffBecause, /2 deliveries in a row/);
  await happen();
  const on = await call('PATCH', `/api/webhooks/${webhook.id}`, { active: true });
  assert.deepEqual([on.body.active, on.body.switchedOffBecause], [true, null]);
});

test('the secret is shown once, and is not in the records as it is', async () => {
  const webhook = await createWebhook();
  const key = Buffer.from(webhook.secret.replace(/^whsec_/, ''), 'base64');
  assert.equal(key.length, 32);
  for (const url of ['/api/webhooks', `/api/webhooks/${webhook.id}`]) {
    assert.ok(!JSON.stringify((await call('GET', url)).body).includes('whsec_'));
  }
});

test('to others but administrators a webhook is not there', async () => {
  const webhook = await createWebhook();
  const [bob, root] = [await fixture.signIn('bob', []), await fixture.signIn('root', ['admin'])];
  await happen();
  const [delivery] = await until(async () => {
    const found = await deliveriesOf(webhook);
    return found.length > 0 && found;
  });
  const path = `/api/webhooks/${webhook.id}`;
  const redelivery = `${path}/deliveries/${delivery.id}/redeliver`;
  const attempts: [Method, string, object?][] = [
    ['GET', path],
    ['PATCH', path, { active: false }],
    ['GET', `${path}/deliveries`],
    ['POST', redelivery],
    ['DELETE', path],
  ];
  for (const [method, url, payload] of attempts) {
    assert.equal((await call(method, url, payload, bob)).status, 404, `${method} ${url}`);
  }
  assert.deepEqual((await call('GET', '/api/webhooks', undefined, bob)).body.items, []);
  assert.equal((await call('GET', '/api/webhooks?all=true', undefined, bob)).status, 403);
  assert.equal((await call('GET', path, undefined, root)).status, 200);
  assert.equal((await call('GET', '/api/webhooks?all=true', undefined, root)).body.items.length, 1);
  assert.equal((await call('DELETE', path)).status, 204);
  assert.equal((await call('GET', path)).status, 404);
});

test('a webhook cannot be pointed at private addresses unless that is allowed', async () => {
  const careful = new HttpWebhookSender({ timeoutMs: 1_000, allowPrivate: false });
  const guarded = await testApp({ registry: { ...fixture.registry, webhookSender: careful } });
  const create = (url: string) =>
    guarded.inject({
      method: 'POST',
      url: '/api/webhooks',
      headers: ada.headers,
      payload: { url, kinds: ['version.published'] },
    });
  for (const url of [
    receiver.url,
    'http://169.254.169.254/latest/meta-data',
    'http://[::1]/',
    'http://localhost/',
  ]) {
    const answer = await create(url);
    assert.deepEqual([answer.statusCode, answer.json().code], [400, 'webhook-address-refused'], url);
  }
  const webhook = (await create('https://8.8.8.8/')).json();
  const change = await guarded.inject({
    method: 'PATCH',
    url: `/api/webhooks/${webhook.id}`,
    headers: ada.headers,
    payload: { url: receiver.url },
  });
  assert.equal(change.statusCode, 400);
  await guarded.close();
});

test('unknown kinds, no kinds and a webhook too many are refused with the reason', async () => {
  for (const kinds of [['version.sold'], []]) {
    const { status } = await call('POST', '/api/webhooks', { url: receiver.url, kinds });
    assert.equal(status, 400);
  }
  for (let i = 0; i < 20; i++) await createWebhook();
  const { status, body } = await call('POST', '/api/webhooks', {
    url: receiver.url,
    kinds: ['version.published'],
  });
  assert.deepEqual([status, body.code], [409, 'webhook-limit']);
});

test('all 20 webhooks of a user are told', async () => {
  for (let i = 0; i < 20; i++) await createWebhook();
  await happen();
  await until(async () => receiver.received.length === 20);
});

test('changes are audited; a refused one too', async () => {
  const webhook = await createWebhook();
  const bob = await fixture.signIn('bob', []);
  await call('PATCH', `/api/webhooks/${webhook.id}`, { active: false });
  await call('DELETE', `/api/webhooks/${webhook.id}`, undefined, bob);
  await call('DELETE', `/api/webhooks/${webhook.id}`);
  const told = (await fixture.auditLog()).map((entry) => [entry.operation, entry.outcome, entry.subject.id]);
  assert.deepEqual(told, [
    ['webhook.delete', 'succeeded', webhook.id],
    ['webhook.delete', 'denied', webhook.id],
    ['webhook.change', 'succeeded', webhook.id],
    ['webhook.create', 'succeeded', webhook.id],
  ]);
});

test('a user who was deleted is told nothing any more', async () => {
  await createWebhook();
  const { id: userId, permissions } = ada.user;
  const at = fixture.clock.now();
  await fixture.registry.commit([{ change: 'user.delete', userId, permissions, at }]);
  await happen();
  await until(async () => {
    const kinds = await fixture.registry.jobs.statistics(fixture.clock.now());
    return kinds.every(({ waiting, running }) => waiting + running === 0);
  });
  assert.deepEqual(receiver.received, []);
});

test('a token that is limited to some packages has no say about webhooks, which tell about all', async () => {
  const webhook = await createWebhook();
  const { headers } = await fixture.addToken(ada.user, { packagePatterns: ['vad-*'] });
  const limited = { ...ada, headers };
  const given = { url: receiver.url, kinds: ['version.published'] };
  assert.equal((await call('POST', '/api/webhooks', given, limited)).status, 403);
  assert.equal((await call('GET', '/api/webhooks', undefined, limited)).status, 403);
  assert.equal((await call('GET', `/api/webhooks/${webhook.id}/deliveries`, undefined, limited)).status, 403);
});
