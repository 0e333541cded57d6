import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, sep } from 'node:path';
import { test } from 'node:test';
import { generatedDocuments, staleDocuments } from './generate-docs.ts';

test('the generated documents are fresh (npm run docs)', async () => {
  assert.deepEqual(staleDocuments(await generatedDocuments()), []);
});

test('a document that was changed by hand, is missing, or is not generated any more, is stale', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'assay-docs-')) + sep;
  t.after(() => rmSync(folder, { recursive: true }));
  writeFileSync(`${folder}fresh.md`, 'as generated');
  writeFileSync(`${folder}changed.md`, 'by hand');
  mkdirSync(`${folder}docs/errors`, { recursive: true });
  writeFileSync(`${folder}docs/errors/gone.md`, 'of a code that is gone');
  const documents = new Map(['fresh.md', 'changed.md', 'missing.md'].map((path) => [path, 'as generated']));
  assert.deepEqual(staleDocuments(documents, folder), ['changed.md', 'missing.md', 'docs/errors/gone.md']);
});
