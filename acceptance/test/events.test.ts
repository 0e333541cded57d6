// Being told what happened: server-sent events, and webhooks at a real receiver.
import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { after, describe, test } from 'node:test';
import { unsafePackage } from '../src/bad-packages.ts';
import { type Api, ok, type Page, refused, waitFor } from '../src/call.ts';
import { decided, publish, upload } from '../src/packages.ts';
import { removeTemporaryFolders, startServer } from '../src/server-process.ts';
import { addUser, enterAsAdministrator } from '../src/users.ts';

const server = await startServer({
  ASSAY_WEBHOOK_ALLOW_PRIVATE: 'true',
  ASSAY_WEBHOOK_TIMEOUT_MS: '1000',
  ASSAY_EVENT_STREAMS_PER_USER: '3',
});
const admin = await enterAsAdministrator(server);
const ada = await addUser(admin, 'ada');
const grace = await addUser(admin, 'grace');
after(async () => {
  await server.stop();
  await removeTemporaryFolders();
});

interface Told {
  readonly id: string;
  readonly kind: string;
  readonly packageId: string | null;
  readonly versionId: string | null;
  readonly data: Readonly<Record<string, string | number | null>>;
}

/** An open event stream, gathering what it is told until it is closed. */
class Follower {
  readonly told: Told[] = [];
  lastId = '';
  ended = false;
  readonly #stop = new AbortController();

  static async open(api: Api, query: Record<string, string | boolean> = {}, headers = {}): Promise<Follower> {
    const follower = new Follower();
    const address = new URL('/api/events', api.url);
    for (const [name, value] of Object.entries(query)) address.searchParams.set(name, String(value));
    const response = await fetch(address, {
      headers: { authorization: `Bearer ${api.token}`, accept: 'text/event-stream', ...headers },
      signal: follower.#stop.signal,
    });
    assert.equal(response.status, 200);
    assert.match(response.headers.get('content-type') ?? '', /^text\/event-stream/);
    assert.equal(response.headers.get('cache-control'), 'no-store');
    void follower.#read(response);
    return follower;
  }

  close(): void {
    this.#stop.abort();
  }

  hears(kind: string, packageName?: string): Promise<Told> {
    return waitFor(`the event ${kind}`, () =>
      this.told.find(
        (event) => event.kind === kind && (packageName ?? event.data.package) === event.data.package,
      ),
    );
  }

  async #read(response: Response): Promise<void> {
    let left = '';
    try {
      for await (const piece of response.body?.pipeThrough(new TextDecoderStream()) ?? []) {
        const blocks = (left + piece).split('\n\n');
        left = blocks.pop() ?? '';
        for (const block of blocks) this.#take(block);
      }
    } catch {
      // Closed by the test, or by the server's end.
    }
    this.ended = true;
  }

  #take(block: string): void {
    const fields = new Map(
      block
        .split('\n')
        .map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 2)] as const),
    );
    this.lastId = fields.get('id') ?? this.lastId;
    const data = fields.get('data');
    if (data === undefined) return;
    const event: Told = JSON.parse(data);
    assert.deepEqual([fields.get('event'), fields.get('id')], [event.kind, event.id]);
    this.told.push(event);
  }
}

describe('an event stream', () => {
  test('tells the uploader what becomes of an upload, and nobody else', async () => {
    const mine = await Follower.open(ada.api);
    const others = await Follower.open(grace.api);
    const everybodys = await Follower.open(admin.api, { all: true });
    const { packageId } = await publish(ada.api, { name: 'told' });
    const bad = await upload(ada.api, { name: 'told-bad' }, await unsafePackage());
    const { outcome } = await decided(ada.api, bad.id);
    assert.equal((await mine.hears('version.published', 'told')).packageId, packageId);
    assert.equal((await mine.hears('version.quarantined')).data.reason, outcome.reason);
    await ok(ada.api.post(`/api/packages/${packageId}/versions/1.0.0/yank`, { reason: 'told too' }));
    await mine.hears('version.yanked');
    assert.deepEqual(
      mine.told.map(({ kind }) => kind),
      ['upload.completed', 'version.published', 'upload.completed', 'version.quarantined', 'version.yanked'],
    );
    await everybodys.hears('version.yanked', 'told');
    await publish(grace.api, { name: 'by-grace' });
    await others.hears('version.published', 'by-grace');
    assert.ok(others.told.every(({ data }) => data.package === 'by-grace'));
    for (const follower of [mine, others, everybodys]) follower.close();
  });

  test('goes on behind the last event seen: none is lost and none is repeated', async () => {
    const first = await Follower.open(ada.api);
    await publish(ada.api, { name: 'resumed', version: '1.0.0' });
    await first.hears('version.published', 'resumed');
    first.close();
    await publish(ada.api, { name: 'resumed', version: '1.0.1' });
    const second = await Follower.open(ada.api, {}, { 'last-event-id': first.lastId });
    await publish(ada.api, { name: 'resumed', version: '1.0.2' });
    await waitFor('the latest', () =>
      second.told.some(({ kind, data }) => kind === 'version.published' && data.version === '1.0.2'),
    );
    assert.deepEqual(
      second.told.map(({ kind, data }) => `${kind} ${data.version}`),
      [
        'upload.completed 1.0.1',
        'version.published 1.0.1',
        'upload.completed 1.0.2',
        'version.published 1.0.2',
      ],
    );
    second.close();
    const whole = await Follower.open(ada.api, { after: 'beginning' });
    await waitFor('the whole story', () => whole.told.at(-1)?.id === second.told.at(-1)?.id);
    assert.equal(new Set(whole.told.map(({ id }) => id)).size, whole.told.length);
    whole.close();
  });

  test('is for users, everybody’s for administrators, a few for each; a strange id is refused', async () => {
    await refused(server.api.get('/api/events'), 401, 'unauthenticated');
    await refused(ada.api.get('/api/events', { all: true }), 403, 'permission-denied');
    await refused(ada.api.get('/api/events', { after: 'no-such-event' }), 400, 'invalid-cursor');
    const user = await addUser(admin, 'follower', ['search']);
    const open = await Promise.all([1, 2, 3].map(() => Follower.open(user.api)));
    await refused(user.api.get('/api/events'), 429, 'throttled');
    open[0]?.close();
    const next = await waitFor('a free place', () => Follower.open(user.api).catch(() => undefined));
    for (const follower of [...open, next]) follower.close();
  });
});

interface Received {
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

const receivers = new Set<Server>();
after(() => {
  for (const http of receivers) http.close().closeAllConnections();
});

/** A real receiver, which answers with each of the statuses in turn, and then with the last. */
async function receiver(...statuses: number[]) {
  const received: Received[] = [];
  const http = createServer(async (request, response) => {
    received.push({ headers: request.headers, body: await text(request) });
    response.statusCode = statuses[received.length - 1] ?? statuses.at(-1) ?? 204;
    response.end(response.statusCode === 204 ? undefined : 'not today');
  });
  receivers.add(http);
  await once(http.listen(0, '127.0.0.1'), 'listening');
  const { port } = http.address() as AddressInfo;
  return { received, url: `http://127.0.0.1:${port}/hook?a=b` };
}

interface Webhook {
  readonly id: string;
  readonly secret: string;
  readonly active: boolean;
}

interface Delivery {
  readonly id: string;
  readonly eventId: string;
  readonly eventKind: string;
  readonly state: 'pending' | 'delivered' | 'dead';
  readonly attempts: readonly {
    readonly status: number | null;
    readonly error: string | null;
    readonly responseBody: string;
  }[];
}

function webhook(api: Api, url: string, kinds: readonly string[] = ['version.published']): Promise<Webhook> {
  return ok(api.post<Webhook>('/api/webhooks', { url, kinds }), 201);
}

function delivery(api: Api, id: string, state: Delivery['state']): Promise<Delivery> {
  return waitFor(`a delivery that is ${state}`, async () => {
    const { items } = await ok(api.get<Page<Delivery>>(`/api/webhooks/${id}/deliveries`));
    return items.find((one) => one.state === state);
  });
}

describe('a webhook', () => {
  test('is told the events it asked for, signed with the secret that was shown once', async () => {
    const at = await receiver(204);
    const { id, secret } = await webhook(ada.session, at.url);
    const { packageId } = await publish(ada.api, { name: 'hooked' });
    await publish(grace.api, { name: 'not-hooked' });
    const { state, attempts, eventId } = await delivery(ada.api, id, 'delivered');
    assert.deepEqual([state, attempts.map(({ status }) => status)], ['delivered', [204]]);
    const [first] = at.received;
    assert.ok(first);
    const body = JSON.parse(first.body);
    assert.deepEqual(
      [body.type, body.data.packageId, body.data.eventId],
      ['version.published', packageId, eventId],
    );

    // As a receiver verifies it, by the Standard Webhooks specification.
    const {
      'webhook-id': messageId,
      'webhook-timestamp': timestamp,
      'webhook-signature': signature,
    } = first.headers;
    const mac = createHmac('sha256', Buffer.from(secret.replace('whsec_', ''), 'base64'));
    assert.equal(signature, `v1,${mac.update(`${messageId}.${timestamp}.${first.body}`).digest('base64')}`);
    assert.equal(messageId, eventId);
    assert.ok(Math.abs(Number(timestamp) * 1000 - Date.now()) < 60_000);
    const shown = await ok(ada.api.get<object>(`/api/webhooks/${id}`));
    assert.ok(!('secret' in shown) && !JSON.stringify(shown).includes(secret));
    assert.equal(at.received.length, 1, 'only what it asked for, and only ada’s');
  });

  test('that fails is tried again with the same id, and each attempt is on record', async () => {
    const at = await receiver(500, 302, 204);
    const { id } = await webhook(ada.session, at.url);
    await publish(ada.api, { name: 'retried' });
    const { attempts } = await delivery(ada.api, id, 'delivered');
    assert.deepEqual(
      attempts.map(({ status }) => status),
      [500, 302, 204],
      'no redirect is followed',
    );
    assert.equal(attempts[0]?.responseBody, 'not today');
    assert.equal(new Set(at.received.map(({ headers }) => headers['webhook-id'])).size, 1);
    assert.equal(new Set(at.received.map(({ body }) => body)).size, 1);
  });

  test('can be sent again, switched off, changed and deleted by its owner', async () => {
    const at = await receiver(204);
    const { id } = await webhook(ada.session, at.url);
    await publish(ada.api, { name: 'sent-again' });
    const sent = await delivery(ada.api, id, 'delivered');
    const path = `/api/webhooks/${id}`;
    await ok(ada.api.post(`${path}/deliveries/${sent.id}/redeliver`), 202);
    await waitFor('the second message', () => at.received.length === 2);
    await delivery(ada.api, id, 'delivered');
    await ok(ada.session.patch(path, { active: false }));
    await refused(ada.api.post(`${path}/deliveries/${sent.id}/redeliver`), 409, 'state-conflict');
    await publish(ada.api, { name: 'sent-again', version: '2.0.0' });
    await ok(ada.session.patch(path, { active: true, kinds: ['version.yanked'] }));
    await refused(grace.api.get(path), 404, 'not-found');
    await refused(grace.api.delete(path), 404, 'not-found');
    await refused(grace.api.get(`${path}/deliveries`), 404, 'not-found');
    assert.equal((await ok(admin.api.get<Webhook>(path))).id, id);
    await ok(ada.api.delete(path), 204);
    await refused(ada.api.get(path), 404, 'not-found');
    assert.equal(at.received.length, 2);
  });

  test('that does not answer is given up for this attempt after its time', async () => {
    const silent = createServer(() => {});
    receivers.add(silent);
    await once(silent.listen(0, '127.0.0.1'), 'listening');
    const { port } = silent.address() as AddressInfo;
    const { id } = await webhook(ada.session, `http://127.0.0.1:${port}/`);
    await publish(ada.api, { name: 'silent' });
    const first = await waitFor('the first attempt', async () => {
      const { items } = await ok(ada.api.get<Page<Delivery>>(`/api/webhooks/${id}/deliveries`));
      return items[0]?.attempts[0];
    });
    assert.equal(first.status, null);
    assert.ok((first.error ?? '').length > 0);
    await ok(ada.api.delete(`/api/webhooks/${id}`));
  });

  test('address is checked: a scheme that is not http, credentials, and nothing at all', async () => {
    for (const url of [
      'ftp://example.org/',
      'file:///etc/passwd',
      'nonsense',
      'http://user:pass@example.org/',
      'javascript:1',
    ]) {
      await refused(
        ada.session.post('/api/webhooks', { url, kinds: ['version.published'] }),
        400,
        'webhook-address-refused',
      );
    }
    for (const body of [
      {},
      { url: 'http://example.org' },
      { url: 'http://example.org', kinds: [] },
      { url: 'http://example.org', kinds: ['x'] },
    ]) {
      await refused(ada.session.post('/api/webhooks', body), 400, 'invalid-request');
    }
  });

  test('reaches no private network unless that is allowed', async () => {
    const strict = await startServer();
    const owner = await enterAsAdministrator(strict);
    const privateOnes = [
      '127.0.0.1',
      'localhost',
      '10.0.0.1',
      '192.168.1.1',
      '169.254.169.254',
      '[::1]',
      '[::ffff:127.0.0.1]',
      '0.0.0.0',
      '2130706433',
      '0x7f.1',
      '[fd00::1]',
      '100.64.0.1',
    ];
    for (const host of privateOnes) {
      const body = { url: `http://${host}:8080/`, kinds: ['version.published'] };
      await refused(owner.session.post('/api/webhooks', body), 400, 'webhook-address-refused');
    }
    await strict.stop();
  });

  test('is made by a login only, since it goes on when a token that made it is gone', async () => {
    const body = { url: 'http://127.0.0.1:1/', kinds: ['version.published'] };
    await refused(ada.api.post('/api/webhooks', body), 403, 'permission-denied');
  });

  test('is one of at most twenty', async () => {
    const user = await addUser(admin, 'many-hooks', ['search']);
    for (let i = 0; i < 20; i++) await webhook(user.session, `http://127.0.0.1:1/${i}`);
    const body = { url: 'http://127.0.0.1:1/', kinds: ['version.published'] };
    await refused(user.session.post('/api/webhooks', body), 409, 'webhook-limit');
  });
});
