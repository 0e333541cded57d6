import assert from 'node:assert/strict';
import { test } from 'node:test';
import { testApp } from '../../test/support/test-app.ts';
import { testRegistry } from '../../test/support/test-registry.ts';
import { type OperationName, operations } from '../core/operations.ts';
import { routes } from './app.ts';
import { openapiDocument } from './openapi.ts';

/** Done by a job, and served by the viewer of the documentation. */
const withoutRoute: readonly OperationName[] = ['version.decide', 'quarantine.approve', 'registry.docs'];

interface BodySchema {
  required?: string[];
  properties?: Record<string, { default?: unknown }>;
}
interface Documented {
  operationId: string;
  tags: string[];
  summary: string;
  security?: unknown[];
  parameters?: { name: string; in: string; required?: boolean; schema: { default?: unknown } }[];
  requestBody?: { content: Record<string, { schema: BodySchema }> };
  responses: Record<string, { description?: string; content?: Record<string, unknown>; $ref?: string }>;
}
interface Document {
  openapi: string;
  paths: Record<string, Record<string, Documented>>;
  tags: { name: string }[];
  components: unknown;
}

const document = (await openapiDocument(routes, '1.2.3')) as Document;
const documented = Object.entries(document.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
);

test('every operation has a route', () => {
  const routed = new Set<string>(documented.map(({ operation }) => operation.operationId));
  const missing = (Object.keys(operations) as OperationName[]).filter((name) => !routed.has(name));
  assert.deepEqual(missing, withoutRoute);
});

test('no two routes share method and path', () => {
  const places = routes.map((route) => `${route.method} ${route.path.replaceAll(/:\w+/g, ':')}`);
  assert.deepEqual(
    places.filter((place, i) => places.indexOf(place) !== i),
    [],
  );
});

test('the document names every route by its operation, which is unique, with title and known tag', () => {
  assert.equal(document.openapi, '3.1.0');
  const ids = documented.map(({ operation }) => operation.operationId);
  assert.deepEqual(
    ids.filter((id, i) => ids.indexOf(id) !== i),
    [],
  );
  assert.deepEqual(
    routes.filter(({ operation }) => !ids.includes(operation)),
    [],
  );
  const tags = document.tags.map(({ name }) => name);
  assert.equal(new Set(tags).size, tags.length);
  for (const { operation } of documented) {
    assert.ok(operation.summary.length > 0 && tags.includes(operation.tags[0] ?? ''), operation.operationId);
  }
});

test('every reference leads somewhere', () => {
  const text = JSON.stringify(document);
  const references = [...text.matchAll(/"\$ref":"#([^"]+)"/g)].map(([, pointer]) => pointer ?? '');
  assert.ok(references.length > 0);
  for (const pointer of new Set(references)) {
    let place: unknown = document;
    for (const step of pointer.split('/').slice(1)) place = (place as Record<string, unknown>)?.[step];
    assert.notEqual(place, undefined, pointer);
  }
});

test('what has a default may be left out', () => {
  for (const { path, method, operation } of documented) {
    for (const { name, required, schema } of operation.parameters ?? []) {
      assert.ok(!required || schema.default === undefined, `${method} ${path} ${name}`);
    }
    for (const { schema } of Object.values(operation.requestBody?.content ?? {})) {
      const needless = schema.required?.filter((name) => schema.properties?.[name]?.default !== undefined);
      assert.deepEqual(needless ?? [], [], `${method} ${path}`);
    }
  }
});

test('bodies are told, those that are streamed as well', () => {
  const types = new Map(
    documented.map(({ operation }) => [
      operation.operationId,
      Object.keys(operation.requestBody?.content ?? {}),
    ]),
  );
  assert.deepEqual(types.get('package.upload'), ['multipart/form-data']);
  assert.deepEqual(types.get('content.receive-form'), ['multipart/form-data']);
  assert.deepEqual(types.get('content.receive-part'), ['application/octet-stream']);
  for (const route of routes.filter(({ body }) => body !== undefined)) {
    assert.deepEqual(types.get(route.operation), ['application/json'], route.operation);
  }
});

test('parameters in a path are told, and answers say what they are', () => {
  for (const { path, method, operation } of documented) {
    const inPath = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
    const told = (operation.parameters ?? []).filter((parameter) => parameter.in === 'path');
    assert.deepEqual(told.map(({ name }) => name).sort(), inPath.sort(), `${method} ${path}`);
    for (const [status, answer] of Object.entries(operation.responses)) {
      assert.ok(answer.$ref ?? answer.description, `${method} ${path} ${status}`);
    }
  }
});

test('errors are problem documents, and only operations that need nobody are without security', () => {
  for (const { operation } of documented) {
    assert.equal(operation.responses.default?.$ref, '#/components/responses/Problem');
    const open = operations[operation.operationId as OperationName].needs === 'nothing';
    assert.equal(operation.security?.length === 0, open, operation.operationId);
    assert.equal(operation.responses['401'] === undefined, open, operation.operationId);
  }
});

test('a running server hands out the same document, and a page with everything it loads', async () => {
  const app = await testApp(await testRegistry());
  const served = (await app.inject('/api/openapi.json')).json();
  assert.deepEqual({ ...served, info: null }, JSON.parse(JSON.stringify({ ...document, info: null })));
  const page = await app.inject('/api/docs');
  assert.equal(page.statusCode, 200);
  const loaded = [...page.body.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, url]) => url ?? '');
  assert.ok(loaded.length >= 4);
  for (const url of loaded) {
    assert.ok(url.startsWith('/api/docs/static/'), `${url} is not from here`);
    const { statusCode, body } = await app.inject(url);
    assert.deepEqual([statusCode, body.length > 0], [200, true], url);
  }
  assert.match(String(page.headers['content-security-policy']), /default-src 'self'/);
  assert.doesNotMatch(String(page.headers['content-security-policy']), /https?:/);
  await app.close();
});
