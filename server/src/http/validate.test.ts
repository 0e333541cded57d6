import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { FastifyRouteSchemaDef } from 'fastify/types/schema.js';
import Type from 'typebox';
import { compileValidator } from './validate.ts';

const schema = Type.Object({ limit: Type.Integer({ minimum: 1, maximum: 200 }) });

function accepts(httpPart: string, value: object): boolean {
  const validate = compileValidator({
    schema,
    method: 'GET',
    url: '/',
    httpPart,
  } as FastifyRouteSchemaDef<object>);
  return validate(value) === true;
}

test('a number in a query is one of those that its schema allows, however it is written', () => {
  for (const limit of ['1', '200', '2e1']) assert.ok(accepts('querystring', { limit }), limit);
  for (const limit of ['0', '201', '1.5', '1e400', '-1e400', 'Infinity', 'NaN', '', ' ', '0x1000', 'x']) {
    assert.ok(!accepts('querystring', { limit }), limit);
  }
});

test('a text is one that every engine can keep', () => {
  const texts = compileValidator({
    schema: Type.Object({ some: Type.Array(Type.Object({ name: Type.String() })) }),
    method: 'POST',
    url: '/',
    httpPart: 'body',
  } as FastifyRouteSchemaDef<object>);
  const validate = texts as unknown as { (value: unknown): boolean; errors: { instancePath: string }[] };
  assert.equal(validate({ some: [{ name: 'Zoë 🦄 \u0001' }] }), true);
  for (const name of ['a\0b', '\ud83e', '\udd84\ud83e']) {
    assert.equal(validate({ some: [{ name: 'good' }, { name }] }), false);
    assert.equal(validate.errors[0]?.instancePath, '/some/1/name');
  }
});

test('a number in a body is a number, and finite', () => {
  assert.ok(accepts('body', { limit: 5 }));
  for (const limit of ['5', Number.POSITIVE_INFINITY, Number.NaN, 1.5, null]) {
    assert.ok(!accepts('body', { limit }), String(limit));
  }
});
