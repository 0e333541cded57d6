// What is looked for in a package, by packages that have it: what stops one, and what is only said about it.
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { after, describe, test } from 'node:test';
import {
  ambiguousPackage,
  corruptPackage,
  encryptedPackage,
  explodingPackage,
  linkingPackage,
  unsafePackage,
} from '../src/bad-packages.ts';
import { ok } from '../src/call.ts';
import { decided, type Kind, publish, type Upload, upload, type Version, zipOf } from '../src/packages.ts';
import { removeTemporaryFolders, startServer } from '../src/server-process.ts';
import { addUser, enterAsAdministrator } from '../src/users.ts';

const server = await startServer({ ASSAY_CHECK_ENTRIES: '50', ASSAY_CHECK_FILE_BYTES: '60000000' });
const admin = await enterAsAdministrator(server);
const { api } = await addUser(admin, 'ada');
const good = await zipOf({ 'README.md': '# Good\n', 'index.js': '1' });
after(async () => {
  await server.stop();
  await removeTemporaryFolders();
});

const many = Object.fromEntries(Array.from({ length: 51 }, (_, i) => [`file-${i}.txt`, 'x']));

describe('a package does not pass', () => {
  const stopped: readonly (readonly [what: string, make: () => Promise<Buffer>, rule: string])[] = [
    ['with a path that leads outside', () => unsafePackage(), 'archive.unsafe-path'],
    ['with a symbolic link', linkingPackage, 'archive.special-file'],
    ['with two files of one name', ambiguousPackage, 'archive.duplicate-name'],
    [
      'with names that differ by case only',
      () => zipOf({ 'a.txt': '1', 'A.txt': '2' }),
      'archive.colliding-name',
    ],
    ['with an encrypted file', () => encryptedPackage(), 'archive.encrypted'],
    ['with a damaged file', () => corruptPackage(), 'archive.wrong-crc'],
    ['that unpacks to a multiple of its size', explodingPackage, 'archive.expansion-ratio'],
    ['with more files than allowed', () => zipOf(many), 'archive.too-many-files'],
    [
      'with a larger file than allowed',
      () => zipOf({ 'a.bin': randomBytes(60_000_001) }, ['a.bin']),
      'archive.file-too-large',
    ],
    [
      'with bytes before the archive',
      async () => Buffer.concat([Buffer.from('#!/bin/sh\n'), good]),
      'archive.prefixed-data',
    ],
    [
      'with bytes after the archive',
      async () => Buffer.concat([good, Buffer.from('more')]),
      'archive.trailing-data',
    ],
    ['that is cut off', async () => good.subarray(0, -30), 'archive.damaged'],
    ['that is no archive', async () => randomBytes(1_000), 'archive.not-a-zip'],
    ['without any file', () => zipOf({}), 'structure.empty'],
    ['with nothing but empty files', () => zipOf({ 'README.md': '' }), 'structure.empty'],
  ];
  for (const [i, [what, make, rule]] of stopped.entries()) {
    test(`${what}: ${rule}`, async () => {
      const { id } = await upload(api, { name: `bad-${i}` }, await make());
      const { outcome } = await decided(api, id);
      assert.deepEqual([outcome.state, outcome.report?.verdict], ['quarantined', 'failed']);
      const findings = outcome.report?.checks.flatMap((check) => check.findings) ?? [];
      const found = findings.find((finding) => finding.rule === rule);
      assert.equal(found?.severity, 'blocks', JSON.stringify(outcome));
      assert.ok((found?.explanation.length ?? 0) > 10);
    });
  }
});

/** The smallest file of weights that is one: a header and one number. */
const oneWeight = (() => {
  const header = JSON.stringify({ w: { dtype: 'F32', shape: [1], data_offsets: [0, 4] } });
  const size = Buffer.alloc(8);
  size.writeBigUInt64LE(BigInt(header.length));
  return Buffer.concat([size, Buffer.from(header), Buffer.alloc(4)]);
})();

describe('what a package should have is advice', () => {
  const advised: readonly (readonly [Kind, Record<string, string | Buffer>, string[]])[] = [
    [
      'code',
      { 'notes.txt': 'x' },
      ['structure.manifest-missing', 'structure.readme-missing', 'structure.sources-missing'],
    ],
    ['code', { 'package.json': '{}', 'README.md': 'x', 'index.ts': 'x' }, []],
    ['code', { 'pyproject.toml': '[project]', 'readme.rst': 'x', 'a.py': 'x' }, []],
    ['code', { 'package.json': 'broken', 'README.md': 'x', 'a.js': '1' }, ['structure.manifest-unreadable']],
    [
      'model',
      { 'notes.txt': 'x' },
      ['structure.card-missing', 'structure.config-missing', 'structure.weights-missing'],
    ],
    ['model', { 'config.json': '{}', 'README.md': 'x', 'model.safetensors': oneWeight }, []],
    ['dataset', { 'README.md': 'x' }, ['structure.data-missing']],
    ['dataset', { 'README.md': 'x', 'data/train.csv': 'a,b' }, []],
  ];
  for (const [i, [kind, files, rules]] of advised.entries()) {
    test(`to a ${kind} of ${Object.keys(files).join(', ')}: ${rules.join(', ') || 'none'}`, async () => {
      const { packageId } = await publish(api, { kind, name: `advised-${i}` }, await zipOf(files));
      const { report } = await ok(api.get<Version>(`/api/packages/${packageId}/versions/1.0.0`));
      const findings = report?.checks.flatMap((check) => check.findings) ?? [];
      assert.deepEqual(findings.map(({ rule }) => rule).sort(), rules);
      assert.ok(findings.every(({ severity }) => severity !== 'blocks'));
    });
  }
});

test('a manifest tells what the package is about, and under which licence', async () => {
  const manifest = JSON.stringify({ description: 'Counts birds.', license: 'Apache-2.0' });
  const { packageId } = await publish(
    api,
    { name: 'birds' },
    await zipOf({ 'package/package.json': manifest, 'package/a.js': '1' }),
  );
  const { license, summary } = await ok(api.get<Version>(`/api/packages/${packageId}/versions/1.0.0`));
  assert.deepEqual([license, summary], ['Apache-2.0', 'Counts birds.']);
});

test('every check tells how much it looked at, and what passed was looked at whole', async () => {
  const { id } = await upload(api, { name: 'covered' }, good);
  const { outcome } = await decided(api, id);
  const checks = (outcome.report?.checks ?? []) as unknown as {
    check: string;
    bytesLookedAt: number;
    bytesInAll: number;
  }[];
  assert.deepEqual(
    checks.map(({ check }) => check),
    ['archive', 'structure', 'formats', 'malware', 'secrets'],
  );
  for (const { bytesLookedAt, bytesInAll } of checks) assert.equal(bytesLookedAt, bytesInAll);
  assert.equal(checks[0]?.bytesInAll, good.length);
});

test('the API answers while a large package is being checked', async (t) => {
  const lines = Array.from({ length: 600_000 }, (_, i) => `${i}: words that are worth packing\n`).join('');
  const files = Object.fromEntries(Array.from({ length: 8 }, (_, i) => [`${i}.txt`, lines]));
  const { id } = await upload(api, { kind: 'dataset', name: 'takes-a-while' }, await zipOf(files));
  let answers = 0;
  let slowestMs = 0;
  let state = 'pending';
  while (state === 'pending') {
    const askedAt = performance.now();
    state = (await ok(api.get<Upload>(`/api/uploads/${id}`))).outcome?.state ?? '';
    await ok(server.api.get('/health'));
    slowestMs = Math.max(slowestMs, performance.now() - askedAt);
    answers += 2;
  }
  t.diagnostic(`${answers} answers meanwhile, the slowest two took ${Math.round(slowestMs)} ms`);
  assert.equal(state, 'published');
  assert.ok(answers > 20, `${answers} answers`);
});
