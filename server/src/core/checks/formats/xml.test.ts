import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ExternalEntitySearch } from './xml.ts';

function found(text: string, pieceBytes = text.length): string[] {
  const rules: string[] = [];
  const search = new ExternalEntitySearch({
    found: (rule) => rules.push(rule),
    missed: () => {},
    by: () => {},
  });
  for (let at = 0; at < text.length; at += pieceBytes)
    search.push(Buffer.from(text.slice(at, at + pieceBytes)));
  search.end();
  return rules;
}

const entity = '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>';

test('an entity outside of the document is told of once, in whatever pieces it comes', () => {
  for (const pieceBytes of [1, 7, 1000])
    assert.deepEqual(found(entity + entity, pieceBytes), ['config.external-entity']);
  assert.deepEqual(found(`<!--${' '.repeat(100_000)}-->${entity}`, 4096), ['config.external-entity']);
});

test('one of the document itself, and a type that is declared elsewhere, are left alone', () => {
  assert.deepEqual(found('<!DOCTYPE a [<!ENTITY x "SYSTEM">]><a/>'), []);
  assert.deepEqual(found('<!DOCTYPE a SYSTEM "a.dtd"><a/>'), []);
});
