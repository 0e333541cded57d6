import assert from 'node:assert/strict';
import { test } from 'node:test';
import { testApp } from '../../test/support/test-app.ts';
import { testRegistry } from '../../test/support/test-registry.ts';

test('every answer forbids browsers to do anything with it but read it', async () => {
  const app = await testApp(await testRegistry());
  for (const url of ['/items', '/no/such/route', '/api/auth/me']) {
    const { headers } = await app.inject({ url });
    assert.match(String(headers['content-security-policy']), /^default-src 'none'/);
    assert.match(String(headers['content-security-policy']), /frame-ancestors 'none'/);
    assert.equal(headers['x-content-type-options'], 'nosniff');
    assert.equal(headers['referrer-policy'], 'no-referrer');
    assert.equal(headers['x-powered-by'], undefined);
  }
});

test('pages of configured origins may call, others may not', async () => {
  const app = await testApp(await testRegistry(), { corsOrigins: ['https://ui.example'] });
  const preflight = (origin: string) =>
    app.inject({
      method: 'OPTIONS',
      url: '/items',
      headers: {
        origin,
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'authorization,content-type',
      },
    });
  const allowed = await preflight('https://ui.example');
  assert.equal(allowed.statusCode, 204);
  assert.equal(allowed.headers['access-control-allow-origin'], 'https://ui.example');
  assert.match(String(allowed.headers['access-control-allow-headers']), /authorization/i);
  assert.equal(allowed.headers['access-control-allow-credentials'], undefined);
  assert.notEqual(
    (await preflight('https://evil.example')).headers['access-control-allow-origin'],
    'https://evil.example',
  );

  const refused = await app.inject({ url: '/items', headers: { origin: 'https://ui.example' } });
  assert.equal(refused.statusCode, 401);
  assert.equal(refused.headers['access-control-allow-origin'], 'https://ui.example');
  assert.match(String(refused.headers['access-control-expose-headers']), /retry-after/);
});

test('without configured origins no page of another origin may call', async () => {
  const app = await testApp(await testRegistry());
  const { headers } = await app.inject({ url: '/items', headers: { origin: 'https://ui.example' } });
  assert.equal(headers['access-control-allow-origin'], undefined);
});

test('a path that cannot be read is answered like every other mistake', async () => {
  const app = await testApp(await testRegistry());
  for (const url of ['/%zz', `/items/${'a'.repeat(1_001)}`]) {
    const { statusCode, headers, body } = await app.inject({ url });
    assert.match(String(headers['content-type']), /^application\/problem\+json/);
    assert.equal(headers['x-content-type-options'], 'nosniff');
    assert.equal(JSON.parse(body).code, 'invalid-request', url);
    assert.equal(statusCode, 400);
  }
});
