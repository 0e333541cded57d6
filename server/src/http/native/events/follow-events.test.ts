import assert from 'node:assert/strict';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { someEvent } from '../../../../test/support/samples.ts';
import { testApp } from '../../../../test/support/test-app.ts';
import { type SignedIn, type TestRegistry, testRegistry } from '../../../../test/support/test-registry.ts';
import { revokeToken } from '../../../core/access/index.ts';

let registry: TestRegistry;
let app: Awaited<ReturnType<typeof testApp>>;
let url: string;

beforeEach(async () => {
  registry = await testRegistry();
  app = await testApp(registry);
  await app.listen({ host: '127.0.0.1', port: 0 });
  url = `http://127.0.0.1:${(app.server.address() as AddressInfo).port}/api/events`;
});
afterEach(() => app.close());

interface Told {
  id?: string;
  event?: string;
  data?: string;
}

/** A client of server-sent events that remembers the last id, as browsers do. */
async function follow(who: SignedIn, given: { query?: string; lastEventId?: string } = {}) {
  const aborter = new AbortController();
  const response = await fetch(url + (given.query ?? ''), {
    headers: { ...who.headers, ...(given.lastEventId && { 'last-event-id': given.lastEventId }) },
    signal: aborter.signal,
  });
  assert.equal(response.status, 200, response.ok ? '' : await response.text());
  const blocks = blocksOf(response);
  const client = {
    response,
    lastEventId: '',
    /** The next block that carries data; undefined at the end of the stream. */
    async next(): Promise<Told | undefined> {
      for (;;) {
        const { value, done } = await blocks.next();
        if (done) return undefined;
        if (value.id !== undefined) client.lastEventId = value.id;
        if (value.data !== undefined) return value;
      }
    },
    async start() {
      const { value } = await blocks.next();
      client.lastEventId = value?.id ?? '';
      return client;
    },
    close: () => aborter.abort(),
  };
  return client.start();
}

async function* blocksOf(response: Response): AsyncGenerator<Told, undefined> {
  let text = '';
  const decoder = new TextDecoder();
  for await (const chunk of response.body ?? []) {
    text += decoder.decode(chunk, { stream: true });
    for (let end = text.indexOf('\n\n'); end >= 0; end = text.indexOf('\n\n')) {
      const lines = text.slice(0, end).split('\n');
      text = text.slice(end + 2);
      yield Object.fromEntries(lines.map((line) => line.split(/: (.*)/s).slice(0, 2)));
    }
  }
  return undefined;
}

async function tell(who: SignedIn, count = 1) {
  const events = Array.from({ length: count }, () => someEvent({ userId: who.user.id }));
  for (const event of events) await registry.registry.commit([{ change: 'event.append', event }]);
  return events.map((event) => event.id);
}

test('a follower is told what happens to them, and nothing of others', async () => {
  const [ada, bob] = [await registry.signIn('ada', []), await registry.signIn('bob', [])];
  const client = await follow(ada);
  await tell(bob);
  const [id] = await tell(ada);
  const told = await client.next();
  assert.equal(client.response.headers.get('content-type'), 'text/event-stream; charset=utf-8');
  assert.deepEqual([told?.id, told?.event], [id, 'version.published']);
  const data = JSON.parse(told?.data ?? '');
  assert.deepEqual([data.id, data.versionId, 'userId' in data], [id, 'v1', false]);
  client.close();
});

test('a client that loses its connection again and again loses no event and sees none twice', async () => {
  const ada = await registry.signIn('ada', []);
  let client = await follow(ada);
  const seen: string[] = [];
  const told: string[] = [];
  for (let round = 0; round < 5; round++) {
    told.push(...(await tell(ada, 3)));
    for (let i = 0; i < round; i++) seen.push((await client.next())?.id ?? '');
    const { lastEventId } = client;
    client.close();
    told.push(...(await tell(ada, 2)));
    client = await follow(ada, { lastEventId });
  }
  while (seen.length < told.length) seen.push((await client.next())?.id ?? '');
  assert.deepEqual(seen, told);
  client.close();
});

test('one that was disconnected before any event happened misses none either', async () => {
  const ada = await registry.signIn('ada', []);
  const { lastEventId, close } = await follow(ada);
  close();
  const [id] = await tell(ada);
  const client = await follow(ada, { lastEventId });
  assert.equal((await client.next())?.id, id);
  client.close();
});

test('`after` takes precedence over Last-Event-ID, and `beginning` tells everything', async () => {
  const ada = await registry.signIn('ada', []);
  const [first, second] = await tell(ada, 2);
  const all = await follow(ada, { query: '?after=beginning', lastEventId: second ?? '' });
  assert.equal((await all.next())?.id, first);
  all.close();
  const rest = await follow(ada, { query: `?after=${first}` });
  assert.equal((await rest.next())?.id, second);
  rest.close();
});

test('administrators may follow everybody, others may not', async () => {
  const [root, ada] = [await registry.signIn('root', ['admin']), await registry.signIn('ada', [])];
  const client = await follow(root, { query: '?all=true' });
  const [id] = await tell(ada);
  assert.equal((await client.next())?.id, id);
  client.close();
  const refused = await fetch(`${url}?all=true`, { headers: ada.headers });
  assert.equal(refused.status, 403);
});

test('an unknown event and somebody else’s are refused alike, before the stream begins', async () => {
  const [ada, bob] = [await registry.signIn('ada', []), await registry.signIn('bob', [])];
  const [foreign] = await tell(bob);
  for (const after of [foreign, 'nothing']) {
    const refused = await fetch(`${url}?after=${after}`, { headers: ada.headers });
    const problem = (await refused.json()) as { code: string };
    assert.deepEqual([refused.status, problem.code], [400, 'invalid-cursor']);
  }
  assert.equal((await fetch(url)).status, 401);
});

test('a user has a limited number of streams; a closed one makes room', async () => {
  const ada = await registry.signIn('ada', []);
  const clients = [];
  for (let i = 0; i < 5; i++) clients.push(await follow(ada));
  const refused = await fetch(url, { headers: ada.headers });
  assert.deepEqual([refused.status, refused.headers.get('retry-after')], [429, '10']);
  clients.pop()?.close();
  await wait(50);
  clients.push(await follow(ada));
  for (const client of clients) client.close();
});

test('stopping the server ends streams cleanly and at once', async () => {
  const ada = await registry.signIn('ada', []);
  const client = await follow(ada);
  const begun = performance.now();
  const [told] = await Promise.all([client.next(), app.close()]);
  assert.equal(told, undefined);
  assert.ok(performance.now() - begun < 2_000);
});

test('a stream ends soon after its token was revoked', async () => {
  const ada = await registry.signIn('ada', ['search']);
  const { token, headers } = await registry.addToken(ada.user);
  const client = await follow({ ...ada, headers });
  await revokeToken(registry.registry, await ada.caller(), token.id);
  registry.clock.advance(31);
  await tell(ada);
  await client.next();
  assert.equal(await client.next(), undefined);
});

test('following takes one use of a session, however long it lasts', async () => {
  const ada = await registry.signIn('ada', []);
  const client = await follow(ada);
  for (let i = 0; i < 3; i++) {
    registry.clock.advance(31);
    await tell(ada);
    await client.next();
  }
  const session = await registry.registry.tokens.findSession(ada.session.id);
  assert.equal(session?.usesLeft, ada.session.usesLeft - 1);
  client.close();
});

test('a client that does not read costs no memory for what it has not read', async () => {
  const ada = await registry.signIn('ada', []);
  const big = someEvent({ userId: ada.user.id, data: { text: 'x'.repeat(50_000) } });
  const aborter = new AbortController();
  await fetch(`${url}?after=beginning`, { headers: ada.headers, signal: aborter.signal });
  let asked = 0;
  const { events } = registry.registry;
  const listAfter = events.listAfter.bind(events);
  events.listAfter = async (userId, ...rest) => {
    if (userId !== null) asked++;
    return listAfter(userId, ...rest);
  };
  for (let i = 0; i < 2_000; i++) {
    await registry.registry.commit([
      { change: 'event.append', event: { ...big, id: `${i}-${big.id}`.slice(0, 36) } },
    ]);
  }
  await wait(200);
  assert.ok(asked < 12, `the store was read ${asked} times for a client that does not read`);
  aborter.abort();
});

test('a token that is limited to some packages is told of theirs only', async () => {
  const ada = await registry.signIn('ada', []);
  const { headers } = await registry.addToken(ada.user, { packagePatterns: ['vad-*'] });
  const client = await follow({ ...ada, headers }, { query: '?after=beginning' });
  const events = ['tokenizer', 'vad-web'].map((name) =>
    someEvent({ userId: ada.user.id, data: { package: name } }),
  );
  await registry.registry.commit(events.map((event) => ({ change: 'event.append', event })));
  assert.equal((await client.next())?.id, events[1]?.id);
  client.close();
});
