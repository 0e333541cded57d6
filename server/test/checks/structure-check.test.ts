import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { checkStructure, FindingList, rules } from '../../src/core/checks/index.ts';
import { archiveReader, someLimits, sourceOf } from '../support/check-bytes.ts';
import { zipBytes } from '../support/zip-bytes.ts';

type Kind = 'model' | 'dataset' | 'code';
type Files = Record<string, string>;

async function check(kind: Kind, files: Files, bytes = zip(files)) {
  const about = { kind, fileName: 'sample.zip' };
  const checked = await checkStructure({ archiveReader }, sourceOf(bytes), about, someLimits);
  const findings = new FindingList();
  findings.absorb(checked.findings);
  return { ...checked, rules: findings.list().map((finding) => finding.rule) };
}

function zip(files: Files): Buffer {
  return zipBytes(Object.entries(files).map(([name, content]) => ({ name, content })));
}

const code: Files = { 'package.json': '{}', 'README.md': '# A', 'src/a.ts': 'x' };
const model: Files = { 'config.json': '{}', 'README.md': '# A', 'model.safetensors': 'x' };
const dataset: Files = { 'README.md': '# A', 'data/train.csv': 'a,b' };

const without = (files: Files, ...names: string[]) =>
  Object.fromEntries(Object.entries(files).filter(([name]) => !names.includes(name)));

describe('what a package lacks is told', () => {
  const lacking: readonly (readonly [string, Kind, Files, string[]])[] = [
    ['nothing', 'code', code, []],
    ['nothing', 'model', model, []],
    ['nothing', 'dataset', dataset, []],
    [
      'nothing, with pyproject.toml',
      'code',
      { ...without(code, 'package.json'), 'pyproject.toml': '' + '[project]' },
      [],
    ],
    [
      'nothing, below one folder',
      'code',
      { 'p/package.json': '{}', 'p/readme.rst': 'A', 'p/lib/a.py': 'x' },
      [],
    ],
    ['nothing, in capitals', 'model', { 'CONFIG.JSON': '{}', 'Model_Card.md': 'A', 'MODEL.ONNX': 'x' }, []],
    ['a manifest', 'code', without(code, 'package.json'), ['structure.manifest-missing']],
    [
      'a manifest at the top',
      'code',
      { ...without(code, 'package.json'), 'a/package.json': '{}' },
      ['structure.manifest-missing'],
    ],
    ['a README', 'code', without(code, 'README.md'), ['structure.readme-missing']],
    ['sources', 'code', without(code, 'src/a.ts'), ['structure.sources-missing']],
    ['a card', 'model', without(model, 'README.md'), ['structure.card-missing']],
    ['a config', 'model', without(model, 'config.json'), ['structure.config-missing']],
    ['weights', 'model', without(model, 'model.safetensors'), ['structure.weights-missing']],
    ['a card', 'dataset', without(dataset, 'README.md'), ['structure.card-missing']],
    [
      'data',
      'dataset',
      { ...without(dataset, 'data/train.csv'), LICENSE: 'MIT' },
      ['structure.data-missing'],
    ],
    [
      'everything',
      'code',
      { x: 'y' },
      ['structure.manifest-missing', 'structure.readme-missing', 'structure.sources-missing'],
    ],
    ['files', 'code', {}, ['structure.empty']],
    ['content', 'model', { 'config.json': '', 'README.md': '' }, ['structure.empty']],
    ['files, with folders', 'dataset', { 'data/': '' }, ['structure.empty']],
    [
      'a readable manifest',
      'code',
      { ...code, 'package.json': '{"name": ' },
      ['structure.manifest-unreadable'],
    ],
    [
      'a manifest that is an object',
      'code',
      { ...code, 'package.json': '[]' },
      ['structure.manifest-unreadable'],
    ],
    [
      'a config that is text',
      'model',
      { ...model, 'config.json': '{}\0' },
      ['structure.manifest-unreadable'],
    ],
    [
      'a manifest of bearable size',
      'code',
      { ...code, 'package.json': `{"a":"${'x'.repeat(1_048_576)}"}` },
      ['structure.manifest-unreadable'],
    ],
  ];
  for (const [what, kind, files, expected] of lacking) {
    test(`a ${kind} that lacks ${what}: ${expected.join(', ') || 'no finding'}`, async () => {
      const { rules, incomplete, coverage } = await check(kind, files);
      assert.deepEqual(rules, expected);
      assert.equal(incomplete, null);
      assert.equal(coverage.bytesLookedAt, coverage.bytesInAll);
    });
  }

  test('advice never blocks; an empty package does', () => {
    for (const [rule, { severity }] of Object.entries(rules)) {
      if (!rule.startsWith('structure.')) continue;
      assert.equal(severity === 'blocks', rule === 'structure.empty', rule);
    }
  });
});

describe('a description is taken from', () => {
  const cases: readonly (readonly [
    string,
    Kind,
    Files,
    { summary?: string; license?: string; readme?: string },
  ])[] = [
    [
      'package.json',
      'code',
      { 'package.json': '{"description":" Does\\n things ","license":"MIT"}' },
      { summary: 'Does things', license: 'MIT' },
    ],
    [
      'package.json of old',
      'code',
      { 'package.json': '{"description":7,"license":{"type":"BSD","url":"x"}}' },
      { license: 'BSD' },
    ],
    [
      'package.json with a byte order mark',
      'code',
      { 'package.json': '\uFEFF{"license":"ISC"}' },
      { license: 'ISC' },
    ],
    [
      'pyproject.toml',
      'code',
      {
        'pyproject.toml':
          '[build-system]\nlicense = "no"\n[project] # here\ndescription = "Say \\"hi\\"" # so\nlicense = {text = \'Apache-2.0\'}\n[tool.x]\ndescription = "no"\n',
      },
      { summary: 'Say "hi"', license: 'Apache-2.0' },
    ],
    [
      'poetry',
      'code',
      { 'pyproject.toml': '[tool.poetry]\r\ndescription = \'C:\\new\'\r\nlicense = "MIT"\r\n' },
      { summary: 'C:\\new', license: 'MIT' },
    ],
    [
      'a card',
      'model',
      { 'README.md': '---\nlanguage: en\nlicense: apache-2.0 # see below\ntags:\n- a\n---\n# Card\n' },
      {
        license: 'apache-2.0',
        readme: '---\nlanguage: en\nlicense: apache-2.0 # see below\ntags:\n- a\n---\n# Card\n',
      },
    ],
    [
      'a card with a quoted licence',
      'dataset',
      { 'README.md': '---\r\nlicense: "cc-by-4.0"\r\n---\r\n' },
      { license: 'cc-by-4.0', readme: '---\nlicense: "cc-by-4.0"\n---\n' },
    ],
    [
      'a card with several licences',
      'dataset',
      { 'README.md': '---\nlicense:\n  - mit\n  - bsd\n---\n' },
      { license: 'mit', readme: '---\nlicense:\n  - mit\n  - bsd\n---\n' },
    ],
    ['a card without front matter', 'model', { 'README.md': 'license: no\n' }, { readme: 'license: no\n' }],
    [
      'nothing, where front matter does not end',
      'model',
      { 'README.md': '---\nlicense: mit\n' },
      { readme: '---\nlicense: mit\n' },
    ],
  ];
  for (const [what, kind, files, expected] of cases) {
    test(what, async () => {
      const { description } = await check(kind, files);
      assert.deepEqual(description, { summary: '', license: '', readme: '', ...expected });
    });
  }
});

test('a README is cut at 64 KiB without cutting a character, a summary at 1,000 characters', async () => {
  const long = 'é'.repeat(50_000);
  const { description } = await check('code', {
    ...code,
    'README.md': `a${long}`,
    'package.json': JSON.stringify({ description: 'x'.repeat(5_000) }),
  });
  assert.equal(description.readme, `a${'é'.repeat(32_767)}`);
  assert.equal(description.summary.length, 1_000);
});

test('an archive that cannot be read leaves the structure unknown, with the reason', async () => {
  const { incomplete } = await check('code', code, zip(code).subarray(0, -10));
  assert.match(incomplete ?? '', /cannot be read/);
});

test('documents that cannot be read as stated are left out', async () => {
  const lies = [
    { headerOffset: 5 },
    { headerOffset: 0xfffffff0 },
    { method: 12, stored: Buffer.from('x') },
    { stored: Buffer.from('not compressed at all') },
    { flags: 1 },
    { storedBytes: 0x7fffffff },
  ];
  for (const lie of lies) {
    const bytes = zipBytes([
      { name: 'package.json', content: '{"license":"MIT"}', ...lie },
      { name: 'a.js', content: 'x' },
    ]);
    const { description, rules } = await check('code', {}, bytes);
    assert.equal(description.license, '', JSON.stringify(lie));
    assert.ok(rules.includes('structure.manifest-unreadable'), JSON.stringify(lie));
  }
});
