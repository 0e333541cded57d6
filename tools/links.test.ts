import assert from 'node:assert/strict';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../', import.meta.url));

test('every link of the documents leads to a file that is there', () => {
  const documents = globSync('{*.md,{docs,server,client,acceptance,bench}/**/*.md}', {
    cwd: root,
    exclude: (path) => path.includes('node_modules'),
  });
  assert.ok(documents.length > 20, `only ${documents.length} documents were found`);
  assert.deepEqual(documents.flatMap(brokenLinks), []);
});

function brokenLinks(document: string): string[] {
  const text = readFileSync(root + document, 'utf8');
  return [...text.matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, link = '']) => link.split('#')[0] ?? '')
    .filter((link) => link !== '' && !/^[a-z]+:/.test(link))
    .filter((link) => !existsSync(join(root, dirname(document), link)))
    .map((link) => `${document}: ${link}`);
}
