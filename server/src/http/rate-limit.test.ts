import assert from 'node:assert/strict';
import { test } from 'node:test';
import { testApp } from '../../test/support/test-app.ts';
import { testRegistry } from '../../test/support/test-registry.ts';

const get = (app: Awaited<ReturnType<typeof testApp>>, headers = {}, remoteAddress = '192.0.2.1') =>
  app.inject({ method: 'GET', url: '/items', headers, remoteAddress });

test('a token may make so many requests a minute, and each answer tells what is left', async () => {
  const world = await testRegistry();
  const [ada, bob] = [await world.signIn('ada', ['search']), await world.signIn('bob', ['search'])];
  const app = await testApp(world, { requestsPerMinute: 2 });
  const first = await get(app, ada.headers);
  assert.equal(first.statusCode, 200);
  assert.equal(first.headers['ratelimit-limit'], '2');
  assert.equal(first.headers['ratelimit-remaining'], '1');
  assert.ok(Number(first.headers['ratelimit-reset']) <= 60);
  await get(app, ada.headers);
  const refused = await get(app, ada.headers, '192.0.2.2');
  assert.equal(refused.statusCode, 429);
  assert.match(String(refused.headers['content-type']), /^application\/problem\+json/);
  assert.equal(refused.json().code, 'throttled');
  assert.equal(refused.headers['ratelimit-remaining'], '0');
  assert.ok(Number(refused.headers['retry-after']) >= 1);
  assert.equal((await get(app, bob.headers)).statusCode, 200);
});

test('without a token the address is limited, of IPv6 the network', async () => {
  const app = await testApp(await testRegistry(), { anonymousRequestsPerMinute: 2 });
  for (const address of ['2001:db8::1', '2001:db8::2']) {
    assert.equal((await get(app, {}, address)).statusCode, 401);
  }
  assert.equal((await get(app, {}, '2001:db8::3')).statusCode, 429);
  assert.equal((await get(app, {}, '2001:db8:0:1::1')).statusCode, 401);
});

test('after too many bad tokens of an address credentials are not even looked at', async () => {
  const world = await testRegistry();
  const ada = await world.signIn('ada', ['search']);
  const app = await testApp(world, { anonymousRequestsPerMinute: 2 });
  for (let i = 0; i < 2; i += 1) {
    assert.equal((await get(app, { authorization: 'Bearer bad' })).statusCode, 401);
  }
  assert.equal((await get(app, { authorization: 'Bearer bad' })).statusCode, 429);
  assert.equal((await get(app, ada.headers)).statusCode, 429);
  assert.equal((await world.registry.tokens.findSession(ada.session.id))?.usesLeft, 1_000);
  assert.equal((await get(app, ada.headers, '192.0.2.2')).statusCode, 200);
});

test('requests without a token do not use up those with one', async () => {
  const world = await testRegistry();
  const ada = await world.signIn('ada', ['search']);
  const app = await testApp(world, { anonymousRequestsPerMinute: 1 });
  for (let i = 0; i < 3; i += 1) await get(app);
  assert.equal((await get(app)).statusCode, 429);
  assert.equal((await get(app, ada.headers)).statusCode, 200);
});

test('what is held off fills no audit log', async () => {
  const world = await testRegistry();
  const app = await testApp(world, { anonymousRequestsPerMinute: 1 });
  for (let i = 0; i < 10; i += 1) await get(app);
  assert.deepEqual(
    world.observed.map((entry) => entry.reason),
    ['unauthenticated'],
  );
});

test('a request that is held off takes no use of a session', async () => {
  const world = await testRegistry();
  const ada = await world.signIn('ada', ['search']);
  const app = await testApp(world, { requestsPerMinute: 2 });
  for (let i = 0; i < 5; i += 1) await get(app, ada.headers);
  const refused = await get(app, ada.headers);
  assert.equal(refused.statusCode, 429);
  assert.equal(refused.headers['ratelimit-remaining'], '0');
  assert.equal((await world.registry.tokens.findSession(ada.session.id))?.usesLeft, 998);
  world.clock.advance(60);
  assert.equal((await get(app, ada.headers)).statusCode, 200);
});
