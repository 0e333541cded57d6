// The rules of ARCHITECTURE.md about who imports whom, and about names. Since a rule that looks at nothing passes
// always, every one is also shown a made-up tree that breaks it.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { importViolations, unknownParts } from './architecture/import-rules.ts';
import { sourceViolations } from './architecture/source-rules.ts';
import { importsOf, readSourceTree, unreadableImports } from './architecture/source-tree.ts';

const tree = readSourceTree();

describe('the repository', () => {
  test('was read: every part has source files', () => {
    const parts = [
      'server/src/core/',
      'server/src/adapters/',
      'server/src/http/',
      'server/src/config/',
      'server/test/',
      'acceptance/',
      'tools/',
    ];
    for (const part of parts) {
      const files = [...tree.keys()].filter((path) => path.startsWith(part));
      assert.ok(files.length > 0, `no file was found under ${part}`);
    }
    const imports = [...tree].flatMap(([path, text]) => importsOf(path, text));
    assert.ok(imports.length > tree.size, `only ${imports.length} imports in ${tree.size} files`);
  });

  test('imports along the arrows only', () => {
    assert.deepEqual(importViolations(tree), []);
  });

  test('has no part without a rule', () => {
    assert.deepEqual(unknownParts(tree), []);
  });

  test('keeps to the rules about names, lengths, time, chance and environment', () => {
    assert.deepEqual(sourceViolations(tree), []);
  });
});

describe('an import is seen', () => {
  const forms: Record<string, string> = {
    'on one line': `import { a } from './x.ts';`,
    'over several lines': `import {\n  a,\n  b,\n} from './x.ts';`,
    'as a default': `import a from './x.ts';`,
    'as a namespace': `import * as a from "./x.ts";`,
    'of types': `import type { A } from './x.ts';`,
    'for its effect': `import './x.ts';`,
    're-exported': `export { a } from './x.ts';`,
    're-exported whole': `export * from './x.ts';`,
    're-exported as types': `export type * from './x.ts';`,
    'when it happens late': `const { a } = await import('./x.ts');`,
    'as a type expression': `type A = import('./x.ts').A;`,
    required: `const a = require('./x.ts');`,
    'as the entry of a thread': `new Worker(new URL('./x.ts', import.meta.url));`,
    'as the entry of a thread, over lines': `new URL(\n  './x.ts',\n  import.meta.url,\n);`,
    resolved: `import.meta.resolve('./x.ts');`,
  };
  for (const [form, text] of Object.entries(forms)) {
    test(form, () => {
      const found = importsOf('server/src/core/audit/a.ts', text).map(({ target }) => target);
      assert.deepEqual(found, ['server/src/core/audit/x.ts']);
    });
  }

  test('unless it stands in a comment', () => {
    assert.deepEqual(
      importsOf('a.ts', `// import('./x.ts')\n/**\n * import { a } from './x.ts';\n */\n`),
      [],
    );
  });

  test('and one whose target nobody can read is told', () => {
    assert.deepEqual(unreadableImports("x();\nawait import(name);\nimport('./x.ts');"), [2]);
  });
});

describe('a planted import is refused', () => {
  const planted: readonly (readonly [from: string, specifier: string, why: RegExp])[] = [
    ['server/src/core/audit/a.ts', 'semver', /nothing but itself/],
    ['server/src/core/audit/a.ts', 'node:fs', /nothing but itself/],
    ['server/src/core/audit/a.ts', 'node:fs/promises', /nothing but itself/],
    ['server/src/core/audit/a.ts', 'node:net', /nothing but itself/],
    ['server/src/core/errors.ts', 'node:timers', /nothing but itself/],
    ['server/src/core/audit/a.ts', '../../adapters/sql/audit.ts', /nothing but itself/],
    ['server/src/core/audit/a.ts', '../../http/app.ts', /nothing but itself/],
    ['server/src/core/audit/a.ts', '../../config/index.ts', /nothing but itself/],
    ['server/src/core/audit/a.ts', '../../wiring/wire.ts', /nothing but itself/],
    ['server/src/core/audit/a.ts', '@assay/client', /nothing but itself/],
    ['server/src/core/audit/a.ts', '../access/index.ts', /audit stands before access/],
    ['server/src/core/access/a.ts', '../packages/index.ts', /access stands before packages/],
    ['server/src/core/packages/a.ts', '../uploads/index.ts', /packages stands before uploads/],
    ['server/src/core/uploads/a.ts', '../checks/index.ts', /uploads stands before checks/],
    ['server/src/core/checks/a.ts', '../pipeline/index.ts', /checks stands before pipeline/],
    ['server/src/core/pipeline/a.ts', '../gate/index.ts', /pipeline stands before gate/],
    ['server/src/core/rating/a.ts', '../gate/index.ts', /rating stands before gate/],
    ['server/src/core/gate/a.ts', '../items/index.ts', /gate stands before items/],
    ['server/src/core/health/a.ts', '../items/index.ts', /health stands before items/],
    ['server/src/core/gossip/a.ts', '../audit/index.ts', /missing in the order/],
    ['server/src/core/items/a.ts', '../audit/audit-entry.ts', /only core\/audit\/index\.ts/],
    ['server/src/core/items/a.ts', '../engine.ts', /above the features/],
    ['server/src/core/caller.ts', './audit/index.ts', /below the features/],
    ['server/src/core/engine.ts', './audit/ports.ts', /only core\/audit\/index\.ts/],
    ['server/src/adapters/sql/a.ts', '../filesystem/a.ts', /core and its own files only/],
    ['server/src/adapters/sql/a.ts', '../../http/app.ts', /core and its own files only/],
    ['server/src/adapters/sql/a.ts', '../../worker/worker.ts', /core and its own files only/],
    ['server/src/adapters/sql/a.ts', '../../config/index.ts', /core and its own files only/],
    ['server/src/adapters/sql/a.ts', '../../wiring/wire.ts', /core and its own files only/],
    ['server/src/adapters/sql/a.ts', '../../core/audit/ports.ts', /only core\/audit\/index\.ts/],
    ['server/src/adapters/sql/a.ts', '../../../test/support/samples.ts', /does not use tests/],
    ['server/src/http/a.ts', '../adapters/sql/audit.ts', /core and its own files only/],
    ['server/src/http/a.ts', '../config/index.ts', /core and its own files only/],
    ['server/src/http/items/a.ts', '../../worker/worker.ts', /core and its own files only/],
    ['server/src/http/a.ts', '../core/items/create-item.ts', /only core\/items\/index\.ts/],
    ['server/src/http/a.ts', 'kysely', /not part of the framework of http/],
    ['server/src/worker/a.ts', '../http/app.ts', /core and its own files only/],
    ['server/src/worker/a.ts', '../adapters/sql/audit.ts', /core and its own files only/],
    ['server/src/worker/a.ts', '../serve.ts', /core and its own files only/],
    ['server/src/worker/a.ts', 'fastify', /not part of the framework of worker/],
    ['server/src/config/a.ts', '../core/errors.ts', /config uses nothing but itself/],
    ['server/src/config/a.ts', 'node:fs', /config uses nothing but itself/],
    ['server/src/config/a.ts', 'ajv', /config uses nothing but itself/],
    ['server/src/serve.ts', '../../client/src/index.ts', /server uses nothing of client/],
    ['client/src/a.ts', '../../server/src/core/errors.ts', /client uses nothing of server/],
    ['cli/src/a.ts', '@assay/server', /cli uses nothing of server/],
    ['web/src/a.ts', '../../server/src/core/errors.ts', /web uses nothing of server/],
    ['acceptance/a.test.ts', '@assay/client', /acceptance uses nothing of client/],
    ['acceptance/a.test.ts', '../server/src/main.ts', /acceptance uses nothing of server/],
    ['acceptance/a.test.ts', '../bench/src/main.ts', /acceptance uses nothing of bench/],
  ];
  for (const [from, specifier, why] of planted) {
    test(`${specifier} in ${from}`, () => {
      const violations = importViolations(new Map([[from, `import '${specifier}';\n`]]));
      assert.equal(violations.length, 1);
      assert.match(violations[0] ?? '', why);
    });
  }

  test('while the allowed ones pass', () => {
    const allowed = new Map([
      [
        'server/src/core/items/a.ts',
        `import 'node:crypto';\nimport '../audit/index.ts';\nimport '../paging.ts';`,
      ],
      ['server/src/core/gate/a.ts', `import './b.ts';\nimport '../rating/index.ts';`],
      ['server/src/core/engine.ts', `import './gate/index.ts';`],
      [
        'server/src/adapters/sql/a.ts',
        `import 'kysely';\nimport './b.ts';\nimport '../../core/gate/index.ts';`,
      ],
      ['server/src/http/a.ts', `import 'fastify';\nimport 'node:stream';\nimport '../core/gate/index.ts';`],
      ['server/src/wiring/a.ts', `import '../adapters/sql/audit.ts';\nimport '../http/app.ts';`],
      ['server/test/a.test.ts', `import '../src/adapters/sql/audit.ts';`],
      ['cli/src/a.ts', `import '@assay/client';`],
      [
        'acceptance/a.test.ts',
        `import './src/needs.ts';\nimport 'playwright-core';\nimport '../tools/fault-proxy.ts';`,
      ],
    ]);
    assert.deepEqual(importViolations(allowed), []);
  });

  test('and a part that no rule knows is told', () => {
    assert.deepEqual(unknownParts(new Map([['server/src/things/a.ts', '']])), [
      'server/src/things has no rule',
    ]);
  });
});

describe('planted source is refused', () => {
  const planted: readonly (readonly [path: string, text: string, why: RegExp])[] = [
    ['server/src/serve.ts', 'const port = process.env.PORT;', /environment is read in main\.ts only/],
    ['server/src/config/a.ts', `import { env } from 'node:process';`, /environment is read in main\.ts only/],
    ['server/src/http/a.ts', `if (mode === 'NODE_ENV') {}`, /NODE_ENV/],
    ['server/src/core/items/a.ts', 'const at = Date.now();', /port Clock/],
    ['server/src/core/items/a.ts', 'const at = new Date();', /port Clock/],
    ['server/src/core/items/a.ts', 'const x = Math.random();', /port Randomness/],
    ['server/src/core/items/a.ts', 'const id = randomUUID();', /port Randomness/],
    ['server/src/core/items/a.ts', 'crypto.getRandomValues(bytes);', /port Randomness/],
    ['server/src/core/items/a.ts', `await fetch('http://localhost');`, /does not touch the world/],
    ['server/src/core/items/a.ts', `console.log('seen');`, /does not touch the world/],
    ['server/src/adapters/sql/a.ts', 'export class ItemStoreImpl {}', /says nothing/],
    ['server/src/adapters/sql/a.ts', 'class UploadManager {}', /says nothing/],
    ['server/src/adapters/sql/a.ts', 'export abstract class StoreBase {}', /says nothing/],
    ['server/src/adapters/sql/a.ts', 'class BaseStore {}', /says nothing/],
    ['client/src/a.ts', 'class UploadHelper {}', /says nothing/],
    ['server/src/core/items/a.ts', 'export interface IItemStore {}', /without a prefix/],
    ['server/src/core/utils/a.ts', '', /the name utils says nothing/],
    ['web/src/common/a.tsx', '', /the name common says nothing/],
    ['server/src/core/items/helpers.ts', '', /the name helpers says nothing/],
    ['client/src/types/a.ts', '', /the name types says nothing/],
    ['server/src/core/items/createItem.ts', '', /not in kebab-case/],
    ['server/src/core/Items/a.ts', '', /not in kebab-case/],
    ['server/src/http/a.ts', 'let a;\n'.repeat(401), /over 400 lines/],
    ['server/src/http/a.ts', `export function a() {\n${'  b();\n'.repeat(60)}}\n`, /over 60 lines/],
    ['server/src/http/a.ts', `class A {\n  async b() {\n${'    c();\n'.repeat(60)}  }\n}\n`, /over 60 lines/],
  ];
  for (const [path, text, why] of planted) {
    test(`${path}: ${text.split('\n')[0] || 'its name'}`, () => {
      const violations = sourceViolations(new Map([[path, text]]));
      assert.equal(violations.length, 1, violations.join('\n'));
      assert.match(violations[0] ?? '', why);
    });
  }

  test('while the allowed passes', () => {
    const allowed = new Map([
      ['server/src/main.ts', 'run(process.env);'],
      ['server/src/core/items/a.ts', '// Date.now() is not for core\nconst at = new Date(row.at);'],
      ['server/src/core/items/a.test.ts', 'const at = Date.now();'],
      ['server/src/adapters/system/a.ts', 'const at = Date.now();\nexport class SystemClock {}'],
      ['server/src/core/items/b.ts', 'export interface ItemStore {}\nexport type IdOf = string;'],
      ['server/src/http/a.ts', `// Over 400 lines because the list is one.\n${'let a;\n'.repeat(401)}`],
      ['server/src/http/b.ts', `// Over 60 lines: one list.\nfunction a() {\n${'  b();\n'.repeat(60)}}\n`],
      ['server/src/http/d.ts', `function a() {\n  b();\n  c('d', {\n  });\n${'  b();\n'.repeat(30)}}\n`],
      ['server/src/http/c.ts', `export function a() {\n${'  b();\n'.repeat(58)}}\n`],
    ]);
    assert.deepEqual(sourceViolations(allowed), []);
  });
});
