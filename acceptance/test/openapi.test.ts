// The OpenAPI document is what the server does.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { type Answer, ok } from '../src/call.ts';
import { removeTemporaryFolders, root, startServer } from '../src/server-process.ts';
import { enterAsAdministrator } from '../src/users.ts';

interface Document {
  readonly openapi: string;
  readonly info: { readonly title: string; readonly version: string };
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
}

interface Operation {
  readonly operationId: string;
  readonly summary: string;
  readonly responses: Readonly<Record<string, unknown>>;
  readonly parameters?: readonly {
    readonly name: string;
    readonly in: string;
    readonly required?: boolean;
  }[];
  readonly requestBody?: { readonly content: Readonly<Record<string, { readonly schema?: object }>> };
  /** Empty where nobody needs to be known. */
  readonly security?: readonly object[];
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
  const { version } = document.info;
  const released = { ...reviewed, info: { ...reviewed.info, version } };
  assert.deepEqual({ ...document, servers: null }, { ...released, servers: null });
});

test('the document is one of OpenAPI 3.1', () => {
  assert.match(document.openapi, /^3\.1\.\d+$/);
  assert.ok(document.info.title !== '' && document.info.version !== '');
  for (const { path, operation } of operations) {
    const { operationId, parameters = [], requestBody, responses } = operation;
    assert.match(path, /^\//);
    const names = parameters.map((parameter) => `${parameter.in} ${parameter.name}`);
    assert.equal(new Set(names).size, names.length, operationId);
    const inPath = parameters.filter((parameter) => parameter.in === 'path');
    const placeholders = [...path.matchAll(/\{([^}]+)\}/g)].map(([, name]) => name);
    assert.deepEqual(inPath.map(({ name }) => name).sort(), placeholders.sort(), operationId);
    assert.ok(
      inPath.every(({ required }) => required === true),
      operationId,
    );
    if (requestBody !== undefined) assert.ok(Object.keys(requestBody.content).length > 0, operationId);
    for (const status of Object.keys(responses)) assert.match(status, /^([1-5]\d\d|default)$/, operationId);
  }
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

const addressOf = (path: string) => path.replaceAll(/\{[^}]+\}/g, '0'.repeat(12));

test('every operation answers somebody unknown as documented, and with 401 unless it needs nobody', async () => {
  for (const { path, method, operation } of operations) {
    const answer = await server.api.call(method, addressOf(path));
    const needsNobody = operation.security?.length === 0;
    assert.equal(answer.status === 401, !needsNobody, `${operation.operationId} answered ${answer.status}`);
    isDocumented(operation, answer);
  }
});

test('every operation that reads answers an administrator as documented', async () => {
  for (const { path, method, operation } of operations) {
    // Events go on for ever: there is no answer to wait for.
    if (method !== 'GET' || operation.operationId === 'event.follow') continue;
    isDocumented(operation, await admin.api.call(method, addressOf(path)));
  }
});

/** By its status or, as `default` says, a problem document. */
function isDocumented({ operationId, responses }: Operation, { status, headers, text }: Answer<unknown>) {
  const isProblem = /^application\/problem\+json/.test(headers.get('content-type') ?? '');
  assert.ok(status < 500, `${operationId} answered ${status}`);
  assert.equal(status >= 400, isProblem, `${operationId} answered ${status}: ${text.slice(0, 300)}`);
  assert.ok(isProblem || `${status}` in responses, `${operationId} answered ${status}`);
}
