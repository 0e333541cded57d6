// What the image and `npm start` must have in common, read from both.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import serverPackage from '../../server/package.json' with { type: 'json' };
import { readConfig } from '../../server/src/config/index.ts';
import { baseNames, suiteOf } from './bases.ts';

const read = (file: string) => readFileSync(new URL(`../../${file}`, import.meta.url), 'utf8');
const [dockerfile, start] = [read('Dockerfile'), read('tools/run.mjs')];
const entrypoint = JSON.parse(/^ENTRYPOINT (\[.*\])$/m.exec(dockerfile)?.[1] ?? '[]') as string[];
const environment: Readonly<Record<string, string | undefined>> = Object.fromEntries(
  [...dockerfile.matchAll(/^(?:ENV| {3}) ([A-Z0-9_]+)=(\S+)/gm)].map(([, name, value]) => [name, value]),
);

test('the image starts Node.js as npm start does, with the same allocator', () => {
  const options = [...(/const options = \[([^\]]+)\]/.exec(start)?.[1]?.matchAll(/'(--[^']+)'/g) ?? [])].map(
    (m) => m[1],
  );
  assert.ok(options.length > 1);
  assert.deepEqual(
    entrypoint.filter((one) => one.startsWith('--') && one !== '--'),
    options,
  );
  const frugal = [...(/const frugal = \{([^}]+)\}/.exec(start)?.[1]?.matchAll(/(\w+): '(\d+)'/g) ?? [])];
  assert.ok(frugal.length > 1);
  for (const [, name = '', value] of frugal) assert.equal(environment[name], value, name);
});

test('the program takes the settings of the image', () => {
  const settings = Object.entries(environment).filter(([name]) => name.startsWith('ASSAY_'));
  assert.ok(settings.length > 1);
  assert.equal(readConfig(Object.fromEntries(settings)).storage.dataFolder, '/data');
});

test('everything is copied that the program is made of, and nothing that is not', () => {
  const ignored = read('.dockerignore').split('\n');
  assert.equal(
    ignored.find((line) => line !== '' && !line.startsWith('#')),
    '*',
  );
  for (const part of ['package.json', 'src', 'migrations', 'policies', 'rules']) {
    assert.ok(ignored.includes(`!server/${part}`), part);
  }
  assert.ok(ignored.includes('**/*.test.ts'));
});

test('the image has the Node.js of the lock file, whose release the tools have too', () => {
  const names = baseNames(dockerfile);
  const major = /\d+/.exec(serverPackage.dependencies.node)?.[0];
  assert.ok(names.tools.includes(`/node:${major}-${suiteOf(names.base)}-slim`), names.tools);
});
