// The OpenAPI document is what the server does.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { ok } from '../src/call.ts';
import { removeTemporaryFolders, root, startServer } from '../src/server-process.ts';
import { enterAsAdministrator } from '../src/users.ts';

interface Document {
  readonly openapi: string;
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
}

interface Operation {
  readonly operationId: string;
  readonly summary: string;
  readonly responses: Readonly<Record<string, unknown>>;
}

const server = await startServer({ ASSAY_ANONYMOUS_REQUESTS_PER_MINUTE: '10000' });
const admin = await enterAsAdministrator(server);
const document = await ok(server.api.get<Document>('/api/openapi.json'), 200);
const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({ path, method: method.toUpperCase(), operation })),
);
after(async () => {
  await server.stop();
  await removeTemporaryFolders();
});

test('the served document is the reviewed one', async () => {
  const reviewed = JSON.parse(await readFile(join(root, 'docs/openapi.snapshot.json'), 'utf8'));
  assert.deepEqual(document.paths, reviewed.paths);
  assert.match(document.openapi, /^3\.1\./);
});

test('every operation has a name of its own, a summary and answers', () => {
  const names = operations.map(({ operation }) => operation.operationId);
  assert.ok(names.length > 60, `${names.length} operations`);
  assert.equal(new Set(names).size, names.length);
  for (const { operation } of operations) {
    assert.ok(operation.summary.length > 0, operation.operationId);
    assert.ok(Object.keys(operation.responses).length > 0, operation.operationId);
  }
});

/** Answers without end: there is nothing to wait for. */
const endless = new Set(['event.follow']);

for (const [who, api] of [
  ['anonymous', server.api],
  ['an administrator', admin.api],
] as const) {
  test(`what ${who} gets from every path that reads is documented`, async () => {
    for (const { path, method, operation } of operations) {
      if (method !== 'GET' || (who !== 'anonymous' && endless.has(operation.operationId))) continue;
      const address = path.replaceAll(/\{[^}]+\}/g, '0'.repeat(12));
      const { status, headers, text } = await api.call(method, address);
      const isProblem = /problem\+json/.test(headers.get('content-type') ?? '');
      const documented = `${status}` in operation.responses;
      assert.ok(
        documented || isProblem,
        `${operation.operationId} answered ${status}: ${text.slice(0, 300)}`,
      );
      assert.ok(status < 500, `${operation.operationId} answered ${status}`);
    }
  });
}
