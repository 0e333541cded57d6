import assert from 'node:assert/strict';
import { test } from 'node:test';
import Fastify from 'fastify';
import { gatherRequests } from './gather-requests.ts';

test('requests that arrive together go on when all of them are read, in their order', async () => {
  const app = Fastify();
  const told: string[] = [];
  app.addHook('onRequest', (request, _reply, next) => {
    told.push(`read ${request.url}`);
    next();
  });
  gatherRequests(app);
  app.get('/:name', async (request) => {
    told.push(`begun ${request.url}`);
    return request.url;
  });
  const answers = await Promise.all(['/a', '/b', '/c'].map((url) => app.inject({ url })));
  assert.deepEqual(
    answers.map(({ body }) => body),
    ['/a', '/b', '/c'],
  );
  assert.deepEqual(told, ['read /a', 'read /b', 'read /c', 'begun /a', 'begun /b', 'begun /c']);
  await app.close();
});

test('one that fails stops no other', async () => {
  const app = Fastify();
  gatherRequests(app);
  app.addHook('onRequest', async (request) => {
    if (request.url === '/b') throw new Error('not this one');
  });
  app.get('/:name', async () => 'well');
  const answers = await Promise.all(['/a', '/b', '/c'].map((url) => app.inject({ url })));
  assert.deepEqual(
    answers.map(({ statusCode }) => statusCode),
    [200, 500, 200],
  );
  await app.close();
});
