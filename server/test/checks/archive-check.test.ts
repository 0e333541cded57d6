// One table of samples, a bad archive and its good neighbour for every rule and every way to break it. Over 400 lines,
// because a table that is divided by size hides which ways are missing.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { crc32, deflateRawSync } from 'node:zlib';
import type { ArchiveLimits, RuleId } from '../../src/core/checks/index.ts';
import { rules } from '../../src/core/checks/index.ts';
import { checkBytes } from '../support/check-bytes.ts';
import { descriptor, extraField, type ZipLies, type ZipMember, zipBytes } from '../support/zip-bytes.ts';

const text = 'Some words, and some words again, and again some words.\n';
const readme: ZipMember = { name: 'README.md', content: text };
const plain: ZipMember = { name: 'a.txt', content: text };
const deflated = deflateRawSync(text);
const stated = { crc32: crc32(text), storedBytes: deflated.length, sizeBytes: text.length };
const random = (length: number) =>
  Buffer.from(Array.from({ length }, (_, i) => (i * 7919 + (i >> 3)) & 0xff));

const sizeField = Buffer.alloc(8);
sizeField.writeBigUInt64LE(BigInt(text.length));

interface Sample {
  /** Of the bad archive, in words. */
  readonly what: string;
  readonly rule: RuleId;
  readonly bad: Buffer;
  /** As near to the bad one as a good one can be. */
  readonly good: Buffer;
  readonly limits?: Partial<ArchiveLimits>;
}

const archive = (member: ZipMember, lies: ZipLies = {}) => zipBytes([readme, member], lies);
const named = (what: string, name: string, good: string): Sample => ({
  what,
  rule: 'archive.unsafe-path',
  bad: archive({ name, content: text }),
  good: archive({ name: good, content: text }),
});
const local = (what: string, fields: NonNullable<ZipMember['local']>): Sample => ({
  what: `a local header that gives another ${what}`,
  rule: 'archive.ambiguous',
  bad: archive({ ...plain, local: fields }),
  good: archive(plain),
});

const samples: readonly Sample[] = [
  // the whole
  {
    what: 'a gzip file',
    rule: 'archive.not-a-zip',
    bad: Buffer.from('1f8b0800000000000003', 'hex'),
    good: archive(plain),
  },
  { what: 'an empty file', rule: 'archive.not-a-zip', bad: Buffer.alloc(0), good: zipBytes([]) },
  {
    what: 'an archive cut off',
    rule: 'archive.damaged',
    bad: archive(plain).subarray(0, -30),
    good: archive(plain),
  },
  {
    what: 'an end record cut off within its comment',
    rule: 'archive.damaged',
    bad: archive(plain, { comment: 'twelve bytes' }).subarray(0, -5),
    good: archive(plain, { comment: 'twelve bytes' }),
  },
  {
    what: 'a directory that overshoots',
    rule: 'archive.damaged',
    bad: archive(plain, { directoryBytes: 9_999 }),
    good: archive(plain),
  },
  {
    what: 'one volume of several',
    rule: 'archive.unsupported',
    bad: archive(plain, { disk: 1 }),
    good: archive(plain, { disk: 0 }),
  },
  {
    what: 'a script before the archive',
    rule: 'archive.prefixed-data',
    bad: archive(plain, { prefix: Buffer.from('#!/bin/sh\nexit 0\n') }),
    good: archive(plain),
  },
  {
    what: 'a script before the archive whose offsets do not count it',
    rule: 'archive.prefixed-data',
    bad: archive(plain, { prefix: Buffer.from('#!/bin/sh\nexit 0\n'), prefixUncounted: true }),
    good: archive(plain),
  },
  {
    what: 'a member before the first one that the directory does not know',
    rule: 'archive.prefixed-data',
    bad: archive(plain, { prefix: zipBytes([plain]).subarray(0, -73) }),
    good: archive(plain),
  },
  {
    what: 'bytes after the end',
    rule: 'archive.trailing-data',
    bad: archive(plain, { trailing: Buffer.from('more') }),
    good: archive(plain, { comment: 'more' }),
  },
  {
    what: 'another end record after the end',
    rule: 'archive.prefixed-data',
    bad: archive(plain, { trailing: zipBytes([]) }),
    good: archive(plain, { comment: 'PK' }),
  },
  {
    what: 'bytes between members',
    rule: 'archive.hidden-data',
    bad: archive({ ...plain, before: Buffer.from('hidden') }),
    good: archive(plain),
  },
  {
    what: 'bytes before the directory',
    rule: 'archive.hidden-data',
    bad: archive(plain, { beforeDirectory: Buffer.from('hidden') }),
    good: archive(plain),
  },
  {
    what: 'bytes after the directory',
    rule: 'archive.prefixed-data',
    bad: archive(plain, { afterDirectory: Buffer.from('hidden') }),
    good: archive(plain),
  },
  {
    what: 'bytes after the compressed data inside a member',
    rule: 'archive.hidden-data',
    bad: archive({ ...plain, stored: Buffer.concat([deflated, Buffer.from('hidden')]) }),
    good: archive({ ...plain, stored: deflated }),
  },
  {
    what: 'two names for the same bytes',
    rule: 'archive.overlap',
    bad: zipBytes([plain, { ...plain, name: 'b.txt', absent: true, headerOffset: 0 }]),
    good: zipBytes([plain, { ...plain, name: 'b.txt' }]),
  },
  {
    what: 'a member that contains the next one',
    rule: 'archive.overlap',
    bad: zipBytes([
      {
        name: 'outer',
        method: 0,
        content: zipBytes([plain]).subarray(0, -73),
        storedBytes: 200,
        sizeBytes: 200,
      },
      plain,
    ]),
    good: zipBytes([{ name: 'outer', method: 0, content: zipBytes([plain]) }, plain]),
  },
  {
    what: 'a local extra field that pushes the data into the next member',
    rule: 'archive.overlap',
    bad: zipBytes([
      plain,
      { ...plain, name: 'b.txt', absent: true, headerOffset: 40 },
      { name: 'c', content: random(300) },
    ]),
    good: zipBytes([
      { ...plain, localExtra: extraField(0x9999, random(100)) },
      { name: 'c', content: random(300) },
    ]),
  },
  {
    what: 'fewer entries stated than there are',
    rule: 'archive.ambiguous',
    bad: archive(plain, { entryCount: 1 }),
    good: archive(plain),
  },
  {
    what: 'more entries stated than there are',
    rule: 'archive.damaged',
    bad: archive(plain, { entryCount: 3 }),
    good: archive(plain),
  },
  {
    what: 'a zip64 record that contradicts the plain one',
    rule: 'archive.ambiguous',
    bad: archive(plain, { zip64: { plainEntryCount: 1 } }),
    good: archive(plain, { zip64: { plainEntryCount: 2 } }),
  },
  {
    what: 'a zip64 locator that points elsewhere',
    rule: 'archive.damaged',
    bad: archive(plain, { zip64: { recordStart: 3 } }),
    good: archive(plain, { zip64: {} }),
  },
  {
    what: 'bytes before the zip64 record',
    rule: 'archive.prefixed-data',
    bad: archive(plain, { zip64: {}, afterDirectory: Buffer.from('hidden') }),
    good: archive(plain, { zip64: {} }),
  },

  {
    what: 'a zip64 locator for several volumes',
    rule: 'archive.unsupported',
    bad: archive(plain, { zip64: { disks: 2 } }),
    good: archive(plain, { zip64: { disks: 0 } }),
  },
  {
    what: 'a zip64 locator for another volume',
    rule: 'archive.unsupported',
    bad: archive(plain, { zip64: { recordDisk: 1 } }),
    good: archive(plain, { zip64: {} }),
  },
  {
    what: 'an end record inside the comment of the end record',
    rule: 'archive.prefixed-data',
    bad: archive(plain, { comment: zipBytes([]).toString('latin1') }),
    good: archive(plain, { comment: 'PK and more' }),
    limits: { maximumCommentBytes: 22 },
  },
  {
    what: 'a directory in another order than the members',
    rule: 'archive.ambiguous',
    bad: archive(plain, { isReversed: true }),
    good: archive(plain),
  },
  {
    what: 'a zip64 field that gives another size than its record',
    rule: 'archive.ambiguous',
    bad: archive({ ...plain, extra: extraField(1, sizes64(9, deflated.length)) }),
    good: archive({ ...plain, extra: extraField(1, sizes64(text.length, deflated.length)) }),
  },
  {
    what: 'two zip64 fields',
    rule: 'archive.ambiguous',
    bad: archive({ ...plain, extra: Buffer.concat([extraField(1, sizeField), extraField(1, sizeField)]) }),
    good: archive({ ...plain, extra: extraField(1, sizeField) }),
  },

  // comments
  {
    what: 'a comment of the archive over the limit',
    rule: 'archive.comment-too-long',
    bad: archive(plain, { comment: 'x'.repeat(21) }),
    good: archive(plain, { comment: 'x'.repeat(20) }),
  },
  {
    what: 'a comment of a member over the limit',
    rule: 'archive.comment-too-long',
    bad: archive({ ...plain, comment: 'x'.repeat(21) }),
    good: archive({ ...plain, comment: 'x'.repeat(20) }),
  },

  // local headers
  {
    what: 'no local header where the directory says',
    rule: 'archive.ambiguous',
    bad: archive({ ...plain, local: { signature: 1 } }),
    good: archive(plain),
  },
  local('name', { name: 'b.txt' }),
  local('method', { method: 0 }),
  local('set of flags', { flags: 0x0001 }),
  local('CRC', { crc32: 7 }),
  local('stored size', { storedBytes: 7 }),
  local('size', { sizeBytes: 7 }),
  {
    what: 'a local zip64 size that differs',
    rule: 'archive.ambiguous',
    bad: archive({
      ...plain,
      local: { sizeBytes: 0xffffffff },
      localExtra: extraField(1, sizes64(9, deflated.length)),
    }),
    good: archive({
      ...plain,
      local: { sizeBytes: 0xffffffff, storedBytes: 0xffffffff },
      localExtra: extraField(1, sizes64(text.length, deflated.length)),
    }),
  },
  {
    what: 'an announced descriptor that is not there',
    rule: 'archive.ambiguous',
    bad: archive({ ...plain, flags: 0x0008 }),
    good: archive({ ...plain, descriptor: true }),
  },
  {
    what: 'a descriptor with another CRC',
    rule: 'archive.hidden-data',
    bad: archive({
      ...plain,
      descriptor: descriptor({ ...stated, crc32: 7 }, { signed: true, wide: false }),
    }),
    good: archive({ ...plain, descriptor: descriptor(stated, { signed: true, wide: false }) }),
  },
  {
    what: 'a descriptor with another size',
    rule: 'archive.hidden-data',
    bad: archive({
      ...plain,
      descriptor: descriptor({ ...stated, sizeBytes: 7 }, { signed: false, wide: true }),
    }),
    good: archive({ ...plain, descriptor: descriptor(stated, { signed: false, wide: true }) }),
  },
  {
    what: 'a descriptor that the flags do not announce',
    rule: 'archive.hidden-data',
    bad: archive({ ...plain, flags: 0, local: stated, descriptor: true }),
    good: archive({ ...plain, descriptor: descriptor(stated, { signed: true, wide: true }) }),
  },
  {
    what: 'a local zip64 field with other sizes than its header, which needs none',
    rule: 'archive.ambiguous',
    bad: archive({ ...plain, localExtra: extraField(1, sizes64(9, deflated.length)) }),
    good: archive({ ...plain, localExtra: extraField(1, sizes64(text.length, deflated.length)) }),
  },
  {
    what: 'a local extra field that is longer than all of them',
    rule: 'archive.ambiguous',
    bad: archive({ ...plain, localExtra: Buffer.from('99990500', 'hex') }),
    good: archive({ ...plain, localExtra: Buffer.from('99990000', 'hex') }),
  },
  {
    what: 'a local Unicode path field with another name',
    rule: 'archive.ambiguous',
    bad: archive({ ...plain, localExtra: unicodePath('a.txt', '../b.txt') }),
    good: archive({ ...plain, localExtra: unicodePath('a.txt', 'a.txt') }),
  },
  {
    what: 'a second Unicode path field with another name',
    rule: 'archive.ambiguous',
    bad: archive({
      ...plain,
      extra: Buffer.concat([unicodePath('a.txt', 'a.txt'), unicodePath('a.txt', '../b.txt')]),
    }),
    good: archive({ ...plain, extra: unicodePath('a.txt', 'a.txt') }),
  },
  {
    what: 'a Unicode path field with another name',
    rule: 'archive.ambiguous',
    bad: archive({ ...plain, extra: unicodePath('a.txt', '../b.txt') }),
    good: archive({ ...plain, extra: unicodePath('a.txt', 'a.txt') }),
  },

  // reading
  {
    what: 'an encrypted member',
    rule: 'archive.encrypted',
    bad: archive({ ...plain, flags: 0x0001 }),
    good: archive(plain),
  },
  {
    what: 'a strongly encrypted member',
    rule: 'archive.encrypted',
    bad: archive({ ...plain, flags: 0x0041 }),
    good: archive(plain),
  },
  {
    what: 'masked headers',
    rule: 'archive.encrypted',
    bad: archive({ ...plain, flags: 0x2000 }),
    good: archive(plain),
  },
  ...[1, 6, 9, 12, 14, 93, 95, 99].map((method) => ({
    what: `compression method ${method}`,
    rule: 'archive.unknown-method' as const,
    bad: archive({ ...plain, method, stored: deflated }),
    good: archive({ ...plain, method: 0 }),
  })),
  {
    what: 'a wrong CRC',
    rule: 'archive.wrong-crc',
    bad: archive({ ...plain, crc32: 7 }),
    good: archive(plain),
  },
  {
    what: 'a wrong CRC of a stored member',
    rule: 'archive.wrong-crc',
    bad: archive({ ...plain, method: 0, crc32: 7 }),
    good: archive({ ...plain, method: 0 }),
  },
  {
    what: 'content shorter than stated',
    rule: 'archive.wrong-size',
    bad: archive({ ...plain, sizeBytes: text.length + 1 }),
    good: archive(plain),
  },
  {
    what: 'content longer than stated',
    rule: 'archive.wrong-size',
    bad: archive({ ...plain, sizeBytes: text.length - 1 }),
    good: archive(plain),
  },
  {
    what: 'content where none is stated',
    rule: 'archive.wrong-size',
    bad: archive({ ...plain, sizeBytes: 0 }),
    good: archive({ name: 'a.txt', method: 8 }),
  },
  {
    what: 'a stored member of another size',
    rule: 'archive.wrong-size',
    bad: archive({ ...plain, method: 0, sizeBytes: 7 }),
    good: archive({ ...plain, method: 0 }),
  },
  {
    what: 'compressed data cut off',
    rule: 'archive.damaged',
    bad: archive({ ...plain, stored: deflated.subarray(0, -4) }),
    good: archive(plain),
  },
  {
    what: 'compressed data that is none',
    rule: 'archive.damaged',
    bad: archive({ ...plain, stored: random(50) }),
    good: archive({ ...plain, method: 0 }),
  },
  {
    what: 'large compressed data cut off',
    rule: 'archive.damaged',
    bad: archive({
      name: 'a',
      content: random(1_400_000),
      stored: deflateRawSync(random(1_400_000)).subarray(0, -4),
    }),
    good: archive({ name: 'a', content: random(1_400_000) }),
    limits: { maximumRatio: 100_000 },
  },
  {
    what: 'large content longer than stated',
    rule: 'archive.wrong-size',
    bad: archive({ name: 'a', content: random(1_400_000), sizeBytes: 1_100_000 }),
    good: archive({ name: 'a', content: random(1_400_000) }),
    limits: { maximumRatio: 100_000 },
  },
  {
    what: 'bytes after large compressed data inside a member',
    rule: 'archive.hidden-data',
    bad: archive({
      name: 'a',
      content: random(1_400_000),
      stored: Buffer.concat([deflateRawSync(random(1_400_000)), random(99)]),
    }),
    good: archive({ name: 'a', content: random(1_400_000) }),
    limits: { maximumRatio: 100_000 },
  },

  // names and types
  named('a path upwards', '../a.txt', '.a.txt'),
  named('a path upwards further inside', 'a/../../b.txt', 'a/..b/c..txt'),
  named('an absolute path', '/etc/passwd', 'etc/passwd'),
  named('a drive', 'C:a.txt', 'C/a.txt'),
  named('a UNC path', '//server/share', 'server/share'),
  named('a backslash', 'a\\b.txt', 'a/b.txt'),
  named('a NUL', 'a.txt\0.png', 'a.txt.png'),
  named('a line feed', 'a\nb.txt', 'a b.txt'),
  named('a C1 control character', 'a\u0085b.txt', 'aéb.txt'),
  named('an empty name', '', 'a'),
  named('an empty segment', 'a//b.txt', 'a/b.txt'),
  named('a dot segment', 'a/./b.txt', 'a/.b.txt'),
  named('a trailing dot', 'a./b.txt', '.a/b.txt'),
  named('a trailing space', 'a /b.txt', 'a b/b.txt'),
  named('a stream of NTFS', 'a.txt:b.exe', 'a.txt.b.exe'),
  named('a reserved name', 'src/aux.js', 'src/auxiliary.js'),
  named('a reserved name in capitals', 'CON', 'CONS'),
  named('a reserved port', 'com1.txt', 'com10.txt'),
  named('a reserved port in superscript', 'LPT².log', 'LPT.log'),
  {
    what: 'a name over the limit',
    rule: 'archive.name-too-long',
    bad: archive({ name: 'a'.repeat(101) }),
    good: archive({ name: 'a'.repeat(100) }),
  },
  {
    what: 'a name that is not UTF-8',
    rule: 'archive.name-encoding',
    bad: archive({ name: Buffer.from([0x61, 0xe9]), flags: 0 }),
    good: archive({ name: 'aé' }),
  },
  ...[0o010644, 0o020644, 0o060644, 0o120777, 0o140755, 0o150000].map((mode) => ({
    what: `file type ${mode.toString(8)}`,
    rule: 'archive.special-file' as const,
    bad: archive({ ...plain, mode }),
    good: archive({ ...plain, mode: 0o100755 }),
  })),
  {
    what: 'a link in a field of PKWARE',
    rule: 'archive.special-file',
    bad: archive({ ...plain, extra: extraField(0x000d, Buffer.alloc(12 + 4, 'x')) }),
    good: archive({ ...plain, extra: extraField(0x000d, Buffer.alloc(12)) }),
  },
  {
    what: 'a link in a field of ASi',
    rule: 'archive.special-file',
    bad: archive({ ...plain, extra: extraField(0x756e, asiUnix(0o120777, '/etc/passwd')) }),
    good: archive({ ...plain, extra: extraField(0x756e, asiUnix(0o100644, '')) }),
  },
  {
    what: 'a file with the mode of a folder',
    rule: 'archive.ambiguous',
    bad: archive({ ...plain, mode: 0o040755 }),
    good: archive({ name: 'a/', mode: 0o040755 }),
  },
  {
    what: 'a folder with the mode of a file',
    rule: 'archive.ambiguous',
    bad: archive({ name: 'a/', mode: 0o100644 }),
    good: archive({ name: 'a', mode: 0o100644 }),
  },
  {
    what: 'a folder with content',
    rule: 'archive.folder-with-content',
    bad: archive({ name: 'a/', content: text }),
    good: archive({ name: 'a/', method: 8 }),
  },
  {
    what: 'a name twice',
    rule: 'archive.duplicate-name',
    bad: zipBytes([plain, plain]),
    good: zipBytes([plain, { ...plain, name: 'b/a.txt' }]),
  },
  {
    what: 'a folder twice',
    rule: 'archive.duplicate-name',
    bad: zipBytes([{ name: 'a/' }, { name: 'a/' }]),
    good: zipBytes([{ name: 'a/' }, { name: 'a/a/' }]),
  },
  {
    what: 'a file and a folder of one name',
    rule: 'archive.duplicate-name',
    bad: zipBytes([{ name: 'a' }, { name: 'a/' }]),
    good: zipBytes([{ name: 'a' }, { name: 'b/' }]),
  },
  {
    what: 'names that differ by case',
    rule: 'archive.colliding-name',
    bad: zipBytes([plain, { name: 'A.TXT' }]),
    good: zipBytes([plain, { name: 'A.TX' }]),
  },
  {
    what: 'names that differ by an unusual case',
    rule: 'archive.colliding-name',
    bad: zipBytes([{ name: 'ß' }, { name: 'SS' }]),
    good: zipBytes([{ name: 'ß' }, { name: 'S' }]),
  },
  {
    what: 'names that differ by normalisation',
    rule: 'archive.colliding-name',
    bad: zipBytes([{ name: 'é' }, { name: 'e\u0301' }]),
    good: zipBytes([{ name: 'é' }, { name: 'è' }]),
  },
  {
    what: 'a file inside a file',
    rule: 'archive.colliding-name',
    bad: zipBytes([{ name: 'a' }, { name: 'a/b' }]),
    good: zipBytes([{ name: 'a/' }, { name: 'a/b' }]),
  },
  {
    what: 'a file around a file',
    rule: 'archive.colliding-name',
    bad: zipBytes([{ name: 'A/b/c' }, { name: 'a' }]),
    good: zipBytes([{ name: 'A/b/c' }, { name: 'a/' }]),
  },

  // limits
  {
    what: 'more entries than allowed',
    rule: 'archive.too-many-files',
    bad: zipBytes([{ name: 'a' }, { name: 'b' }, { name: 'c' }]),
    good: zipBytes([{ name: 'a' }, { name: 'b' }]),
    limits: { maximumEntries: 2 },
  },
  {
    what: 'a file larger than allowed',
    rule: 'archive.file-too-large',
    bad: archive({ name: 'a', content: random(1_001) }),
    good: archive({ name: 'a', content: random(1_000) }),
    limits: { maximumFileBytes: 1_000 },
  },
  {
    what: 'files larger than allowed together',
    rule: 'archive.too-large',
    bad: zipBytes([
      { name: 'a', content: random(600) },
      { name: 'b', content: random(600) },
    ]),
    good: zipBytes([
      { name: 'a', content: random(600) },
      { name: 'b', content: random(400) },
    ]),
    limits: { maximumExpandedBytes: 1_000 },
  },
  {
    what: 'a file that expands a thousandfold',
    rule: 'archive.expansion-ratio',
    bad: archive({ name: 'a', content: Buffer.alloc(200_000) }),
    good: archive({ name: 'a', content: Buffer.alloc(99_900) }),
  },
  {
    what: 'many files that together expand a thousandfold',
    rule: 'archive.expansion-ratio',
    bad: zipBytes(Array.from({ length: 20 }, (_, i) => ({ name: `${i}`, content: Buffer.alloc(90_000) }))),
    good: zipBytes(Array.from({ length: 20 }, (_, i) => ({ name: `${i}`, content: Buffer.alloc(4_000) }))),
    limits: { maximumRatio: 100 },
  },
];

function sizes64(sizeBytes: number, storedBytes: number): Buffer {
  const data = Buffer.alloc(16);
  data.writeBigUInt64LE(BigInt(sizeBytes), 0);
  data.writeBigUInt64LE(BigInt(storedBytes), 8);
  return data;
}

/** ASi Unix extra field: CRC, mode, size or device, owner, group, target of a link. */
function asiUnix(mode: number, target: string): Buffer {
  const fixed = Buffer.alloc(14);
  fixed.writeUInt16LE(mode, 4);
  return Buffer.concat([fixed, Buffer.from(target)]);
}

function unicodePath(name: string, unicode: string): Buffer {
  const head = Buffer.alloc(5);
  head.writeUInt8(1, 0);
  head.writeUInt32LE(crc32(name), 1);
  return extraField(0x7075, Buffer.concat([head, Buffer.from(unicode)]));
}

describe('the archive check fails', () => {
  for (const { what, rule, bad, limits } of samples) {
    test(`${what}: ${rule}`, async () => {
      const result = await checkBytes(bad, limits);
      assert.ok(result.rules.includes(rule), JSON.stringify(result.findings));
      assert.equal(result.verdict, 'failed');
    });
  }
});

describe('the archive check passes, every byte looked at, what is nearest to', () => {
  for (const { what, good, limits } of samples) {
    test(what, async () => {
      const result = await checkBytes(good, limits);
      assert.deepEqual(result.findings, []);
      assert.equal(result.verdict, 'passed');
      assert.deepEqual(result.coverage, { bytesLookedAt: good.length, bytesInAll: good.length });
    });
  }
});

test('every rule of the archive check has a sample here or among those of nested content', () => {
  const nested = ['archive.nested-too-deep', 'archive.appended'];
  const sampled = new Set<string>([...nested, ...samples.map(({ rule }) => rule)]);
  const unsampled = Object.keys(rules).filter((rule) => rule.startsWith('archive.') && !sampled.has(rule));
  assert.deepEqual(unsampled, ['archive.name-unmarked']);
});

test('a UTF-8 name that is not marked as such is mentioned and passes', async () => {
  const result = await checkBytes(archive({ name: 'é', flags: 0 }));
  assert.deepEqual(result.rules, ['archive.name-unmarked']);
  assert.equal(result.verdict, 'passed');
});

test('a file that is no archive is told what it looks like', async () => {
  const looks: Record<string, RegExp> = {
    '1f8b08': /gzip/,
    '377abcaf271c': /7-Zip/,
    '28b52ffd': /Zstandard/,
    '7f454c46': /ELF/,
    '504b0708504b0304': /split/,
    '00': /no archive that we know/,
    [Buffer.concat([Buffer.alloc(257), Buffer.from('ustar')]).toString('hex')]: /tar archive/,
  };
  for (const [hex, expected] of Object.entries(looks)) {
    const { findings } = await checkBytes(Buffer.from(hex, 'hex'));
    assert.match(findings[0]?.explanation ?? '', expected);
    assert.match(findings[0]?.explanation ?? '', /only ZIP archives are accepted/);
  }
});

test('a folder that Maven made, whose mode is -1, passes', async () => {
  const { verdict, findings } = await checkBytes(archive({ name: 'a/', mode: 0xffff }));
  assert.deepEqual([verdict, findings], ['passed', []]);
});

test('a special file is told by its type', async () => {
  const types: readonly (readonly [mode: number, expected: RegExp])[] = [
    [0o010644, /a pipe/],
    [0o020644, /a character device/],
    [0o060644, /a block device/],
    [0o120777, /a symbolic link/],
    [0o140755, /a socket/],
    [0o150000, /an unknown file type/],
  ];
  for (const [mode, expected] of types) {
    const { findings } = await checkBytes(archive({ ...plain, mode }));
    assert.match(findings[0]?.explanation ?? '', expected);
  }
});

test('a name is shown without the characters that would mislead the reader', async () => {
  const { findings } = await checkBytes(archive({ name: 'a\u202egnp.exe\u0007' }));
  assert.equal(findings[0]?.path, 'a\\u{202e}gnp.exe\\u{7}');
});

test('a thousand offences against one rule are twenty findings and a number', async () => {
  const members = Array.from({ length: 900 }, (_, i) => ({ name: `../${i}` }));
  const { findings } = await checkBytes(zipBytes(members));
  assert.equal(findings.length, 20);
  assert.match(findings.at(-1)?.explanation ?? '', /And 880 more like this/);
});
