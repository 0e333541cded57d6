// What lies in the files of a package: one table of containers, each with a bad file in it and with a good one, and what of
// containers is an offence by itself. Over 400 lines, because a table that is divided by size hides which ways are missing.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { deflateRawSync, deflateSync, gzipSync } from 'node:zlib';
import type { ArchiveLimits, Finding, RuleId } from '../../src/core/checks/index.ts';
import { StorageError } from '../../src/core/errors.ts';
import { checkBytes } from '../support/check-bytes.ts';
import { badPickle, compressors, goodPickle, storedLz4, storedXz } from '../support/compressed-samples.ts';
import { MemoryScratch } from '../support/memory-scratch.ts';
import { paxRecord, type TarMember, tarBytes, tarMember } from '../support/tar-bytes.ts';
import { type ZipLies, type ZipMember, zipBytes } from '../support/zip-bytes.ts';

const readme: ZipMember = { name: 'README.md', content: '# Sample' };
const packed = (content: Uint8Array, member: Partial<ZipMember> = {}, name = 'inner.bin') =>
  zipBytes([readme, { name, content, method: 0, ...member }, { name: 'z.txt', content: 'the end' }]);
const limits: Partial<ArchiveLimits> = { maximumNesting: 8, ratioFreeBytes: 1_000_000 };
const check = (content: Uint8Array, given: Partial<ArchiveLimits> = {}, name?: string) =>
  checkBytes(packed(content, {}, name), { ...limits, ...given });

/** Puts a file into something. */
type Wrap = (content: Uint8Array) => Buffer;

const wraps: Readonly<Record<string, Wrap>> = {
  ...compressors,
  'a stored member of a zip': (content) => zipBytes([{ name: 'a/b.bin', content, method: 0 }]),
  'a compressed member of a zip': (content) => zipBytes([{ name: 'a/b.bin', content }]),
  'a member of a zip with descriptor': (content) => zipBytes([{ name: 'b', content, descriptor: true }]),
  'a member of a zip64': (content) => zipBytes([{ name: 'b', content }], { zip64: {} }),
  'a zip that nothing names as such': (content) => zipBytes([{ name: 'weights', content, method: 0 }]),
  'a POSIX tar': (content) => tarBytes([{ name: 'b.bin', content }]),
  'a GNU tar': (content) => tarBytes([{ name: './b.bin', content, mark: 'gnu' }]),
  'a tar from before there were marks': (content) => tarBytes([{ name: 'b.bin', content, mark: 'none' }]),
  'a tar with pax records': (content) =>
    tarBytes([
      paxRecord({ comment: 'made for a test' }, 'g'),
      paxRecord({ path: `${'long/'.repeat(18)}b`, size: `${content.length}` }),
      { name: 'short', content, sizeBytes: 0 },
    ]),
  'a tar with a long name': (content) =>
    tarBytes([
      { name: '././@LongLink', type: 'L', content: `${'long/'.repeat(18)}b\0`, mark: 'gnu' },
      { name: 'short', content, mark: 'gnu' },
    ]),
  'a tar without an end': (content) => tarBytes([{ name: 'b.bin', content }], Buffer.alloc(0)),
  'the second member of a tar': (content) =>
    tarBytes([
      { name: 'folder/', type: '5' },
      { name: 'folder/a.txt', content: 'some text' },
      { name: 'folder/b.bin', content },
    ]),
  'several members of gzip': (content) =>
    Buffer.concat([gzipSync(content.subarray(0, 9)), gzipSync(content.subarray(9))]),
  'gzip with a name and a comment': (content) => {
    const plain = gzipSync(content);
    plain.writeUInt8(0x18, 3);
    return Buffer.concat([plain.subarray(0, 10), Buffer.from('name\0comment\0'), plain.subarray(10)]);
  },
  'a tar in gzip': (content) => gzipSync(tarBytes([{ name: 'b.bin', content }])),
  'a tar in xz': (content) => storedXz(tarBytes([{ name: 'b.bin', content }])),
  'a zip in a tar in lz4 in a zip': (content) =>
    zipBytes([
      {
        name: 'a',
        content: storedLz4(tarBytes([{ name: 'b', content: zipBytes([{ name: 'c', content }]) }])),
      },
    ]),
  'zlib in gzip in zlib': (content) => deflateSync(gzipSync(deflateSync(content))),
};

describe('a pickle that runs a command is found in', () => {
  for (const [name, wrap] of Object.entries(wraps)) {
    for (const method of [0, 8]) {
      test(`${name}, ${method === 0 ? 'stored' : 'compressed'} in the package`, async () => {
        const { formats } = await checkBytes(packed(wrap(badPickle), { method }), limits);
        assert.match(dangerousIn(formats).path ?? '', /^inner\.bin!\//);
        assert.equal(formats.verdict, 'failed');
      });
    }
  }
});

describe('a good pickle passes, every byte looked at, in', () => {
  for (const [name, wrap] of Object.entries(wraps)) {
    for (const method of [0, 8]) {
      test(`${name}, ${method === 0 ? 'stored' : 'compressed'} in the package`, async () => {
        const { verdict, findings, formats } = await checkBytes(packed(wrap(goodPickle), { method }), limits);
        assert.deepEqual([verdict, findings], ['passed', []]);
        assert.deepEqual([formats.verdict, formats.gaps], ['passed', []]);
      });
    }
  }
});

test('the path of a finding names everything it lies in', async () => {
  const inner = zipBytes([{ name: 'model/data.pkl', content: badPickle }]);
  const { formats } = await check(gzipSync(tarBytes([{ name: './m.pt', content: inner }])), {}, 'x/m.tgz');
  assert.equal(dangerousIn(formats).path, 'x/m.tgz!/m.tar!/m.pt!/model/data.pkl');
});

describe('what only begins like something compressed is looked at as what it is:', () => {
  const template = "x^{{ ''.__class__.__mro__ }}";
  const integers = new BigInt64Array([5n, 7n, 9n, 11n]);
  const numbers = Buffer.concat([Buffer.from(integers.buffer), Buffer.alloc(500, 3), badPickle]);
  for (const [what, name, content, rule] of [
    ['a template', 'chat_template.jinja', Buffer.from(template), 'template.reaches-out'],
    ['a pickle behind numbers', 'weights.bin', numbers, 'pickle.dangerous-global'],
  ] as const) {
    test(what, async () => {
      const { formats } = await check(content, {}, name);
      assert.deepEqual(
        formats.findings.map((finding) => finding.rule),
        [rule],
      );
    });
  }
});

describe('what cannot be opened leaves the check of content inconclusive, and says why:', () => {
  const zip = (member: Partial<ZipMember>, lies?: ZipLies) =>
    zipBytes([{ name: 'b', content: goodPickle, ...member }], lies);
  const closed: readonly (readonly [what: string, content: Buffer, reason: RegExp])[] = [
    ['an encrypted zip', zip({ flags: 1 }), /encrypted/],
    ['a zip with a method that is not known', zip({ method: 14, stored: goodPickle }), /method 14/],
    ['a zip cut off', zip({}).subarray(0, -5), /no end record/],
    ['a zip in volumes', zip({}, { disk: 1 }), /volume/],
    ['7z', Buffer.concat([Buffer.from('377abcaf271c0004', 'hex'), Buffer.alloc(99)]), /7z is not opened/],
    ['RAR', Buffer.concat([Buffer.from('526172211a0701', 'hex'), Buffer.alloc(99)]), /rar is not opened/],
    ['LZ4 as it was before frames', Buffer.from('02214c1804000000', 'hex'), /lz4.*not known/],
    ['gzip cut off', gzipSync(goodPickle).subarray(0, -3), /cut off/],
    ['bzip2 cut off', compressors.bzip2(goodPickle).subarray(0, -3), /cut off/],
    ['xz cut off', storedXz(goodPickle).subarray(0, -3), /cut off/],
    ['zstd cut off', compressors.zstd(goodPickle).subarray(0, -3), /zstd/],
    ['lz4 cut off', storedLz4(goodPickle).subarray(0, -3), /cut off/],
    ['gzip with a wrong CRC', wrongAt(gzipSync(goodPickle), -8), /CRC/],
    [
      'gzip with something behind it',
      Buffer.concat([gzipSync(goodPickle), Buffer.from('more')]),
      /cut off|follows/,
    ],
    [
      'xz with something behind it',
      Buffer.concat([storedXz(goodPickle), Buffer.from('more')]),
      /follows|broken|cut/,
    ],
    ['a tar cut off', tarBytes([{ name: 'b', content: goodPickle }]).subarray(0, 550), /cut off/],
    ['a tar with a wrong check sum', tar({ name: 'b' }, { name: 'c', checksum: 7 }), /check sum/],
    ['a tar with holes', tar(paxRecord({ 'GNU.sparse.size': '5' }), { name: 'c' }), /holes/],
    ['a tar with holes of old', tar({ name: 'c', type: 'S' }), /type "S"/],
    ['a tar with a type that is not known', tar({ name: 'c', type: 'Q' }), /type "Q"/],
    [
      'a tar with a folder that has content',
      tar({ name: 'c', type: '5', content: goodPickle }),
      /has content/,
    ],
    ['a tar with a broken record', tar({ name: 'x', type: 'x', content: '99 path=a\n' }), /pax record/],
    [
      'a tar with a member behind its end',
      Buffer.concat([tarBytes([{ name: 'a', content: 'x' }]), tarMember({ name: 'b', content: badPickle })]),
      /behind its end/,
    ],
    [
      'a tar with a member behind one block of zeros',
      tarBytes([{ name: 'a', content: 'x' }], Buffer.concat([Buffer.alloc(512), tarMember({ name: 'b' })])),
      /behind its end/,
    ],
  ];
  for (const [what, content, reason] of closed) {
    test(what, async () => {
      const { formats } = await check(content);
      assert.equal(formats.verdict, 'inconclusive');
      const gap = formats.gaps.find(({ path }) => path === 'inner.bin');
      assert.match(gap?.reason ?? '', reason);
      assert.deepEqual([gap?.start, gap?.end], [0, content.length]);
    });
  }
});

describe('what was expanded before a file breaks off is looked at:', () => {
  const large = Buffer.concat([badPickle, Buffer.alloc(300_000, 'some text ')]);
  const broken: Readonly<Record<string, Buffer>> = {
    gzip: gzipSync(large).subarray(0, -4),
    zlib: deflateSync(large).subarray(0, -2),
    lz4: storedLz4(large).subarray(0, -9),
    xz: storedXz(large).subarray(0, -40_000),
    tar: tarBytes([
      { name: 'a', content: badPickle },
      { name: 'b', checksum: 1 },
    ]),
  };
  for (const [type, content] of Object.entries(broken)) {
    test(type, async () => {
      const { formats } = await check(content, { maximumRatio: 10_000 });
      dangerousIn(formats);
      assert.ok(formats.gaps.some(({ path }) => path === 'inner.bin'));
    });
  }
});

describe('an archive inside the package fails the archive check for', () => {
  const zip = (members: ZipMember[], lies?: ZipLies) => zipBytes(members, lies);
  const text = 'some text';
  const unsafe: readonly (readonly [what: string, rule: RuleId, bad: Buffer, good: Buffer])[] = [
    ['a path upwards', 'archive.unsafe-path', zip([{ name: '../a' }]), zip([{ name: 'a' }])],
    ['a symbolic link', 'archive.special-file', zip([{ name: 'a', mode: 0o120777 }]), zip([{ name: 'a' }])],
    ['a name twice', 'archive.duplicate-name', zip([{ name: 'a' }, { name: 'a' }]), zip([{ name: 'a' }])],
    ['a wrong CRC', 'archive.wrong-crc', zip([{ name: 'a', content: text, crc32: 7 }]), zip([{ name: 'a' }])],
    [
      'a local header with another name',
      'archive.ambiguous',
      zip([{ name: 'a', local: { name: 'b' } }]),
      zip([{ name: 'a' }]),
    ],
    [
      'data between members',
      'archive.hidden-data',
      zip([{ name: 'a' }, { name: 'b', before: Buffer.from('hidden') }]),
      zip([{ name: 'a' }, { name: 'b' }]),
    ],
    ['data after the end', 'archive.trailing-data', zip([], { trailing: badPickle }), zip([])],
    ['a path upwards in a tar', 'archive.unsafe-path', tar({ name: '../a' }), tar({ name: './a' })],
    [
      'an absolute path in a tar',
      'archive.unsafe-path',
      tar({ name: '/etc/passwd' }),
      tar({ name: 'etc/passwd' }),
    ],
    [
      'a path upwards in a pax record',
      'archive.unsafe-path',
      tar(paxRecord({ path: '../../a' }), { name: 'a' }),
      tar(paxRecord({ path: 'a/b' }), { name: 'a' }),
    ],
    [
      'a symbolic link in a tar',
      'archive.special-file',
      tar({ name: 'a', type: '2', linkTarget: '/etc/passwd' }),
      tar({ name: 'a' }),
    ],
    [
      'a hard link in a tar',
      'archive.special-file',
      tar({ name: 'a', type: '1', linkTarget: 'b' }),
      tar({ name: 'a' }),
    ],
    ['a device in a tar', 'archive.special-file', tar({ name: 'a', type: '3' }), tar({ name: 'a' })],
    [
      'a name twice in a tar',
      'archive.duplicate-name',
      tar({ name: 'a' }, { name: 'a' }),
      tar({ name: 'a' }),
    ],
    [
      'a name in a tar that is not UTF-8',
      'archive.name-encoding',
      tar({ name: Buffer.from([0x61, 0xe9]) }),
      tar({ name: 'aé' }),
    ],
    ['a name in a tar over the limit', 'archive.name-too-long', longTar(101), longTar(100)],
  ];
  for (const [what, rule, bad, good] of unsafe) {
    test(`${what}: ${rule}`, async () => {
      const result = await check(bad);
      assert.deepEqual([result.verdict, result.rules], ['failed', [rule]]);
      assert.match(result.findings[0]?.path ?? '', /^inner\.bin/);
      const { verdict, findings } = await check(good);
      assert.deepEqual([verdict, findings], ['passed', []]);
    });
  }
});

test('names inside that collide on some systems are mentioned and pass', async () => {
  const { verdict, findings } = await check(zipBytes([{ name: 'a.class' }, { name: 'A.class' }]));
  assert.deepEqual(
    findings.map(({ rule, severity }) => [rule, severity]),
    [['archive.colliding-name', 'informs']],
  );
  assert.equal(verdict, 'passed');
});

describe('a file that begins as one thing and ends as a ZIP archive is refused:', () => {
  const zip = zipBytes([{ name: 'evil.pkl', content: badPickle }]);
  const shift = zipBytes([{ name: 'evil.pkl', content: badPickle }], { prefix: goodPickle });
  const fronts: Readonly<Record<string, Buffer>> = {
    'a pickle': Buffer.concat([goodPickle, zip]),
    'a pickle that the offsets count': shift,
    'a text': Buffer.concat([Buffer.from('just a text\n'.repeat(99)), zip]),
    gzip: Buffer.concat([gzipSync(goodPickle), zip]),
    'an archive with a comment': Buffer.concat([
      Buffer.from('text'),
      zipBytes([{ name: 'a', content: 'b' }], { comment: 'c'.repeat(60_000) }),
    ]),
    zip64: Buffer.concat([Buffer.from('text'), zipBytes([{ name: 'a', content: 'b' }], { zip64: {} })]),
    'a frame of LZ4 to be skipped': Buffer.concat([storedLz4(goodPickle), skipped(zip)]),
    'a frame of LZ4 to be skipped at its beginning': Buffer.concat([skipped(zip), storedLz4(goodPickle)]),
    'a frame of Zstandard to be skipped': Buffer.concat([compressors.zstd(goodPickle), skipped(zip)]),
    'an extra field of gzip': withExtra(gzipSync(goodPickle), zip),
    'something behind it': Buffer.concat([Buffer.from('text'), zip, Buffer.alloc(65_000)]),
  };
  for (const [what, content] of Object.entries(fronts)) {
    for (const method of [0, 8]) {
      test(`${what}, ${method === 0 ? 'stored' : 'compressed'}`, async () => {
        const { verdict, rules, formats } = await checkBytes(packed(content, { method }), limits);
        assert.deepEqual([verdict, rules], ['failed', ['archive.appended']]);
        assert.notEqual(formats.verdict, 'passed');
      });
    }
  }

  test('but not one that only speaks of such records, or ends with an empty one', async () => {
    const harmless = ['PK\x05\x06 is where it ends', zipBytes([]).toString('latin1'), 'PK\x05\x06'];
    for (const text of harmless) {
      const { verdict, findings } = await check(Buffer.from(`text and ${text}`, 'latin1'));
      assert.deepEqual([verdict, findings], ['passed', []]);
    }
  });

  test('but not a ZIP archive that was compressed once more', async () => {
    const zip = zipBytes([{ name: 'a', content: goodPickle, method: 0 }]);
    for (const compress of [storedLz4, storedXz, (content: Buffer) => gzipSync(content, { level: 0 })]) {
      assert.ok(compress(zip).includes('PK\x05\x06'));
      const { verdict, findings, formats } = await check(compress(zip));
      assert.deepEqual([verdict, findings, formats.verdict], ['passed', [], 'passed']);
    }
  });

  test('but not a tar whose last member is a ZIP archive', async () => {
    const { verdict, findings, formats } = await check(
      tar({ name: 'a.zip', content: zipBytes([{ name: 'a' }]) }),
    );
    assert.deepEqual([verdict, findings, formats.verdict], ['passed', [], 'passed']);
  });
});

describe('what may be taken for two things is opened as both:', () => {
  test('a tar whose first name is the mark of gzip', async () => {
    const { formats } = await check(tar({ name: Buffer.from('1f8b08', 'hex'), content: badPickle }));
    dangerousIn(formats);
  });
  test('a tar whose first name is the mark of zlib', async () => {
    const { formats } = await check(tar({ name: 'x^', content: badPickle }));
    dangerousIn(formats);
  });
});

describe('a file that begins like a compressed one by chance passes:', () => {
  const chance: Readonly<Record<string, Buffer>> = {
    'a text about powers of x': Buffer.from('x^2 + y^2 = z^2, and so on and so forth.\n'.repeat(20)),
    'numbers that begin like zlib': Buffer.concat([Buffer.from([0x78, 0x9c]), Buffer.alloc(5_000, 0x3f)]),
    'weights with a zlib mark': Buffer.concat([Buffer.from([0x78, 0x01]), Buffer.from('0000803f', 'hex')]),
  };
  for (const [what, content] of Object.entries(chance)) {
    test(what, async () => {
      const { verdict, formats } = await check(content);
      assert.deepEqual([verdict, formats.verdict, formats.gaps], ['passed', 'passed', []]);
    });
  }
});

describe('the limits hold inside files:', () => {
  const nested = (depth: number): Buffer =>
    depth === 0 ? goodPickle : zipBytes([{ name: 'a', content: nested(depth - 1), method: 0 }]);

  test('nesting', async () => {
    const good = await check(nested(3), { maximumNesting: 3 });
    assert.deepEqual([good.verdict, good.formats.verdict], ['passed', 'passed']);
    const bad = await check(nested(4), { maximumNesting: 3 });
    assert.deepEqual([bad.verdict, bad.rules], ['failed', ['archive.nested-too-deep']]);
    assert.equal(bad.formats.verdict, 'inconclusive');
    const none = await check(nested(1), { maximumNesting: 0 });
    assert.deepEqual(none.rules, ['archive.nested-too-deep']);
  });

  test('the ratio of a compressed file', async () => {
    for (const [type, compress] of Object.entries({
      gzip: compressors.gzip,
      zstd: compressors.zstd,
      zlib: compressors.zlib,
    })) {
      const bad = await check(compress(Buffer.alloc(1_200_000)), { maximumRatio: 100 });
      assert.deepEqual([type, bad.verdict, bad.rules], [type, 'failed', ['archive.expansion-ratio']]);
      assert.equal(bad.formats.verdict, 'inconclusive');
      const good = await check(compress(Buffer.alloc(900_000)), { maximumRatio: 100 });
      assert.deepEqual([type, good.verdict], [type, 'passed']);
    }
  });

  test('the ratio of an archive', async () => {
    const bad = await check(zipBytes([{ name: 'a', content: Buffer.alloc(1_200_000) }]), {
      maximumRatio: 100,
    });
    assert.deepEqual([bad.verdict, bad.rules], ['failed', ['archive.expansion-ratio']]);
    assert.equal(bad.formats.verdict, 'inconclusive');
  });

  test('the size of one file', async () => {
    const given = { maximumFileBytes: 5_000, maximumRatio: 10_000 };
    const bad = await check(gzipSync(Buffer.alloc(5_001)), given);
    assert.deepEqual([bad.verdict, bad.rules], ['failed', ['archive.file-too-large']]);
    const good = await check(gzipSync(Buffer.alloc(5_000)), given);
    assert.equal(good.verdict, 'passed');
  });

  test('bytes of everything inside together, each file of which is below every limit', async () => {
    const bomb = zipBytes(
      Array.from({ length: 20 }, (_, i) => ({
        name: `${i}.gz`,
        content: gzipSync(Buffer.alloc(90_000)),
        method: 0,
      })),
    );
    const given = { ...limits, maximumExpandedBytes: 1_000_000, maximumRatio: 10_000 };
    const bad = await checkBytes(bomb, given);
    assert.deepEqual([bad.verdict, bad.rules], ['failed', ['archive.too-large']]);
    const good = await checkBytes(bomb, { ...given, maximumExpandedBytes: 2_000_000 });
    assert.equal(good.verdict, 'passed');
  });

  test('a zip of zips of zips, each of which expands little', async () => {
    const layer = (content: Buffer) =>
      zipBytes(
        Array.from({ length: 10 }, (_, i) => ({ name: `${i}`, content, stored: deflateRawSync(content) })),
      );
    const bomb = layer(layer(layer(Buffer.alloc(50_000))));
    const { verdict, rules } = await checkBytes(bomb, { ...limits, maximumExpandedBytes: 100_000_000 });
    assert.deepEqual([verdict, rules.includes('archive.too-large')], ['failed', true]);
  });

  test('entries', async () => {
    const members = (count: number) =>
      Array.from({ length: count }, (_, i) => ({ name: `${i}`, content: 'x' }));
    for (const wrap of [
      (count: number) => zipBytes(members(count)),
      (count: number) => tar(...members(count)),
    ]) {
      const bad = await check(wrap(11), { maximumEntries: 10 });
      assert.equal(bad.verdict, 'failed');
      assert.notEqual(bad.formats.verdict, 'passed');
      const good = await check(wrap(10), { maximumEntries: 10 });
      assert.deepEqual([good.verdict, good.formats.verdict], ['passed', 'passed']);
    }
  });

  test('scratch space, of a compressed file and of a compressed member', async () => {
    const compressed = packed(gzipSync(Buffer.alloc(2_000, 'text')));
    const member = packed(tar({ name: 'a', content: Buffer.alloc(2_000, 'text') }), { method: 8 });
    for (const bytes of [compressed, member]) {
      const { verdict, formats } = await checkBytes(bytes, limits, new MemoryScratch(1_000));
      assert.deepEqual([verdict, formats.verdict], ['passed', 'inconclusive']);
      assert.match(formats.reason ?? '', /takes too much/);
    }
  });
});

test('scratch space that fails says nothing about the content: the whole check rejects', async () => {
  class FailingScratch extends MemoryScratch {
    override create(): never {
      throw new StorageError('transient', 'the disk is away');
    }
  }
  const stored = packed(gzipSync(goodPickle));
  const compressed = packed(tar({ name: 'a', content: goodPickle }), { method: 8 });
  for (const bytes of [stored, compressed])
    await assert.rejects(checkBytes(bytes, limits, new FailingScratch()), { failure: 'transient' });
});

test('a member that is not what its archive states is not opened', async () => {
  const { verdict, formats } = await checkBytes(packed(gzipSync(goodPickle), { crc32: 7 }), limits);
  assert.deepEqual([verdict, formats.verdict], ['failed', 'inconclusive']);
  assert.match(formats.reason ?? '', /not opened/);
});

/** The finding of a pickle that runs a command. */
function dangerousIn({ findings }: { readonly findings: readonly Finding[] }): Finding {
  const finding = findings.find(({ rule }) => rule === 'pickle.dangerous-global');
  assert.ok(finding !== undefined, JSON.stringify(findings));
  return finding;
}

function tar(...members: TarMember[]): Buffer {
  return tarBytes(members);
}

function longTar(nameBytes: number): Buffer {
  return tar(paxRecord({ path: 'a'.repeat(nameBytes) }), { name: 'a' });
}

/** A frame that programs for LZ4 and Zstandard go over. */
function skipped(content: Buffer): Buffer {
  const head = Buffer.from('502a4d1800000000', 'hex');
  head.writeUInt32LE(content.length, 4);
  return Buffer.concat([head, content]);
}

/** A file of gzip with something in its header. */
function withExtra(plain: Buffer, extra: Buffer): Buffer {
  const length = Buffer.alloc(2);
  length.writeUInt16LE(extra.length);
  plain.writeUInt8(4, 3);
  return Buffer.concat([plain.subarray(0, 10), length, extra, plain.subarray(10)]);
}

function wrongAt(bytes: Buffer, place: number): Buffer {
  const at = bytes.length + place;
  bytes.writeUInt8(bytes.readUInt8(at) ^ 0x55, at);
  return bytes;
}
