import assert from 'node:assert/strict';
import { test } from 'node:test';
import { testApp } from '../../../../test/support/test-app.ts';
import { testRegistry } from '../../../../test/support/test-registry.ts';

test('an open upload by form tells a form anew, so that it can go on when the first has expired', async () => {
  const world = await testRegistry();
  const { headers } = await world.signIn('ada', ['upload']);
  const app = await testApp(world);
  const payload = { kind: 'model', name: 'tokenizer', version: '1.0.0', fileName: 'a.zip', sizeBytes: 10 };
  const begun = (await app.inject({ method: 'POST', url: '/api/uploads', headers, payload })).json();
  world.clock.advance(3_600);
  const url = `/api/uploads/${begun.id}`;
  const { form } = (await app.inject({ url, headers })).json();
  assert.equal(form.url, begun.form.url);
  assert.equal(form.expiresAt, '2026-01-31T14:00:00.000Z');
  await app.inject({ method: 'DELETE', url, headers });
  assert.equal((await app.inject({ url, headers })).json().form, undefined);
});
