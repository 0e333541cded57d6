import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pino } from 'pino';
import { httpSettings, testRegistry } from '../../test/support/test-registry.ts';
import { buildApp } from './app.ts';

test('each request is one line that names operation, status and user, and no secret', async () => {
  const lines: Record<string, unknown>[] = [];
  const logger = pino({ level: 'info' }, { write: (line: string) => lines.push(JSON.parse(line)) });
  const { registry, signIn } = await testRegistry();
  const app = await buildApp(registry, httpSettings, logger);
  const ada = await signIn('ada', ['search']);
  const answer = await app.inject({ url: '/items?category=a&signature=geheim', headers: ada.headers });
  await app.inject({ url: '/items', headers: { authorization: 'Bearer no-good-token' } });
  await app.close();
  assert.equal(answer.statusCode, 200);
  const told = lines.map(({ operation, status, user, path }) => [operation, status, user, path]);
  assert.deepEqual(told, [
    ['item.list', 200, 'ada', '/items'],
    ['item.list', 401, null, '/items'],
  ]);
  const text = JSON.stringify(lines);
  for (const secret of ['geheim', 'no-good-token', ada.token]) assert.ok(!text.includes(secret), secret);
  assert.ok(lines.every((line) => typeof line.requestId === 'string' && typeof line.ms === 'number'));
});
