// Whatever a request reads is read by a key or along an index, as far as a page goes: no statement may look at a whole
// table or put it in order. Every statement that the stores make is explained by the database itself.
import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, describe, test } from 'node:test';
import type { SqlDatabase } from '../src/adapters/sql/sql-database.ts';
import { sqlEngine } from '../src/adapters/sql/sql-engine.ts';
import type { AuditFilter } from '../src/core/audit/index.ts';
import type { RecordsEngine } from '../src/core/engine.ts';
import { type PackageFilter, parseRange } from '../src/core/packages/index.ts';
import { cursorFrom, type PageRequest } from '../src/core/paging.ts';
import { postgresServer } from './support/postgres-server.ts';
import { type Planner, postgresPlanner, sqlitePlanner } from './support/query-plans.ts';
import { somePackage } from './support/samples.ts';

const server = await postgresServer();
const audience = { userId: 'u1', groupIds: new Set(['g1', 'g2']) };

describe('Plans of SQLite', () => describePlans(sqlitePlanner));
describe('Plans of PostgreSQL', { skip: typeof server === 'string' ? server : false }, () =>
  describePlans(async () => {
    if (typeof server === 'string') throw new Error(server);
    return postgresPlanner(server);
  }),
);

function describePlans(start: () => Promise<Planner>): void {
  let planner: Planner;
  before(async () => {
    planner = await start();
  });
  after(() => planner.close());

  let database: SqlDatabase;
  let engine: RecordsEngine;
  beforeEach(() => {
    // A new one for each test: a connection may prepare a statement only once.
    database = planner.open();
    engine = sqlEngine(database);
    planner.taken();
  });
  afterEach(() => database.close());

  async function assertBounded(read: () => Promise<unknown>): Promise<void> {
    await read();
    const statements = planner
      .taken()
      .filter(
        (text) => /^\s*(select|update|delete|insert|with)\b/i.test(text) && !text.includes('set_config'),
      );
    assert.notEqual(statements.length, 0, 'nothing was asked of the database');
    for (const statement of statements) {
      const plan = (await planner.planOf(statement)).join('\n');
      assert.deepEqual(await planner.excessiveSteps(statement), [], `${statement}\n${plan}`);
    }
  }

  test('a statement that looks at everything or puts it in order is noticed', async () => {
    const excessive = [
      'SELECT * FROM packages ORDER BY title',
      "SELECT * FROM packages WHERE title = 'x'",
      "SELECT * FROM versions WHERE state = 'deleted' AND summary = ''",
    ];
    for (const statement of excessive) {
      assert.notDeepEqual(await planner.excessiveSteps(statement), [], statement);
    }
  });

  describe('packages', () => {
    const filters = combinations({ kind: 'dataset' as const, ownerId: 'u1', groupId: 'g1', audience });
    for (const states of [['published', 'yanked'], ['published'], ['hidden']] as const) {
      for (const filter of filters) {
        for (const after of [undefined, cursorFrom(['p1'])]) {
          const page = { limit: 50, after };
          test(`in ${states.join(' or ')}, by ${nameOf(filter)}, ${after ? 'a later page' : 'the first page'}`, () =>
            assertBounded(() => engine.packages.list({ states, ...filter } satisfies PackageFilter, page)));
        }
      }
    }
    test('by id', () => assertBounded(() => engine.packages.find('p1')));
    test('by name', () => assertBounded(() => engine.packages.findByName('model', 'tokenizer')));
  });

  describe('versions', () => {
    const states = ['published', 'yanked'] as const;
    const labels = parseRange('^1.0.0');
    const pages: PageRequest[] = [{ limit: 50 }, { limit: 50, after: cursorFrom(['a1a0a0~', 'v1']) }];
    for (const page of pages) {
      const which = page.after ? 'a later page' : 'the first page';
      test(`of a package, ${which}`, () => assertBounded(() => engine.versions.list('p1', { states }, page)));
      test(`of a package in a range, ${which}`, () =>
        assertBounded(() => engine.versions.list('p1', { states, labels }, page)));
    }
    for (const state of ['pending', 'quarantined', 'releasing', 'rejected', 'published', 'yanked'] as const) {
      for (const after of [undefined, cursorFrom(['v1'])]) {
        test(`that are ${state}, ${after ? 'a later page' : 'the first page'}`, () =>
          assertBounded(() => engine.versions.listByState(state, { limit: 50, after })));
      }
    }
    for (const after of [undefined, cursorFrom(['v1'])]) {
      test(`with the same content, ${after ? 'a later page' : 'the first page'}`, () =>
        assertBounded(() => engine.versions.listByDigest('digest', { limit: 50, after })));
    }
    test('by id', () => assertBounded(() => engine.versions.find('v1')));
    test('by label', () => assertBounded(() => engine.versions.findByLabel('p1', '1.0.0')));
  });

  describe('search', () => {
    const queries = combinations({
      words: 'two words',
      kind: 'model',
      labels: parseRange('^1.0.0'),
      audience,
    } as const);
    for (const [nth, { words = '', ...filter }] of queries.entries()) {
      test(`by ${nameOf({ ...(words && { words }), ...filter })}`, async () => {
        const pkg = somePackage({ name: `two-words-${nth}` });
        const document = { name: 'two', title: 'words', description: '', readme: '' };
        await engine.commit([
          { change: 'package.insert', package: pkg },
          { change: 'package.index', packageId: pkg.id, document },
        ]);
        planner.taken();
        await assertBounded(() => engine.search.search({ words, ...filter }, { limit: 50 }));
      });
    }
  });

  describe('audit entries', () => {
    const fields = {
      userId: 'u1',
      packageId: 'p1',
      versionId: 'v1',
      operations: ['version.download', 'version.read-file'],
      outcome: 'denied',
      from: new Date('2026-01-01T00:00:00Z'),
      until: new Date('2026-02-01T00:00:00Z'),
    } as const;
    const filters: AuditFilter[] = [
      ...combinations(fields),
      ...combinations({ ...fields, operations: ['user.delete'], outcome: 'failed' } as const),
      { outcome: 'succeeded' },
    ];
    for (const after of [undefined, cursorFrom([1, 'e1'])]) {
      test(`by every combination of filters, ${after ? 'a later page' : 'the first page'}`, async () => {
        for (const filter of filters) await engine.audit.list(filter, { limit: 50, after });
        await assertBounded(async () => {});
      });
    }
    const days = { from: fields.from, until: fields.until };
    for (const filter of combinations({ userId: 'u1', packageId: 'p1' } as const)) {
      test(`counted by day and ${nameOf(filter)}`, () =>
        assertBounded(() => engine.audit.countByDay({ ...days, ...filter })));
    }
  });

  describe('everything else that is listed or read by a key', () => {
    const page = { limit: 50 };
    const now = new Date('2026-01-31T12:00:00Z');
    const reads: Record<string, () => Promise<unknown>> = {
      users: () => engine.users.list(page),
      'a user': () => engine.users.find('u1'),
      'a user by name': () => engine.users.findByName('ada'),
      groups: () => engine.groups.list(page),
      'members of a group': () => engine.groups.listMembers('g1', page),
      'groups of a user': () => engine.groups.groupsOf('u1'),
      'a personal token': () => engine.tokens.findPersonalInUse('hash'),
      'a session': () => engine.tokens.useSession('s1', now),
      'tokens of a user': () => engine.tokens.listPersonal('u1', page),
      'tokens that have expired': () => engine.tokens.removeExpired(now),
      'login attempts': () => engine.loginAttempts.find('key'),
      items: () => engine.items.list({}, page),
      'items of a category': () => engine.items.list({ category: 'tools' }, page),
      'an item': () => engine.items.find('i1'),
      'the next job': () => engine.jobs.lease(['check-version', 'clean-upload'], now, 1_000),
      'dead jobs': () => engine.jobs.listDead(page),
      'an event': () => engine.events.find('e1'),
      'events of a user': () => engine.events.listAfter('u1', null, 50),
      'all events': () => engine.events.listAfter(null, null, 50),
      'the last event': () => engine.events.last(null),
      'the last event of a user': () => engine.events.last('u1'),
      webhooks: () => engine.webhooks.list(page),
      'webhooks of a user': () => engine.webhooks.listOf('u1'),
      deliveries: () => engine.webhooks.listDeliveries('w1', page),
      'an upload': () => engine.uploads.find('up1'),
      'uploads of a user': () => engine.uploads.list({ userId: 'u1' }, page),
      'open uploads of a user': () => engine.uploads.list({ userId: 'u1', state: 'open' }, page),
      'all uploads': () => engine.uploads.list({}, page),
      'all open uploads': () => engine.uploads.list({ state: 'open' }, page),
      'how many entries are in the audit tree': () => engine.auditTree.head(),
      'entries that are not in the tree': () => engine.auditTree.waiting(100),
      'the place of an entry': () => engine.auditTree.findLeaf('a1'),
      'entries at some places': () => engine.auditTree.entries(1_000, 100),
      'hashes of the tree': () =>
        engine.auditTree.tiles([
          { level: 0, index: 5 },
          { level: 1, index: 0 },
        ]),
      'the latest checkpoint': () => engine.auditTree.checkpoint(),
      'a checkpoint by size': () => engine.auditTree.checkpoint(5),
      'what is appended to the tree': () =>
        engine.auditTree.append({
          size: 0,
          entries: [],
          receipt: '[1,2,3]',
          tiles: [{ level: 0, index: 0, hashes: new Uint8Array(32) }],
          keeper: { id: 'k', until: new Date() },
        }),
      'a report': () => engine.reports.find('v1'),
      'false alarms in content': () => engine.falseAlarms.list('digest'),
      'files that may be remembered': () =>
        engine.rememberedFiles.find(['hint', 'another'], { ruleSet: 'rules', at: new Date() }),
      'files that are remembered no longer': () => engine.rememberedFiles.forget(new Date()),
      'the policies in force': () => engine.policies.last(),
      'a version of the policies': () => engine.policies.find(1),
      'versions of the policies': () => engine.policies.list(page),
      'the validator of a package': () => engine.validators.last('p1'),
      'a version of a validator': () => engine.validators.find('p1', 1),
      'versions of a validator': () => engine.validators.list('p1', page),
      'the latest hallmark of a version': () => engine.hallmarks.latest('v1'),
      'hallmarks of a version': () => engine.hallmarks.list('v1', page),
      'verdicts on content': () => engine.verdicts.list('digest', page),
      'a verdict by some rules': () => engine.verdicts.find('digest', 'archive 1'),
      'the verdict in force': () => engine.verdicts.lastCompleted('digest'),
      'files of a version': () => engine.files.list('v1', undefined, page),
      'files in a folder': () => engine.files.list('v1', 'weights', page),
      'a file of a version': () => engine.files.find('v1', 'README.md'),
      'who holds content': () => engine.holds.isHeld('digest'),
    };
    for (const [what, read] of Object.entries(reads)) test(what, () => assertBounded(read));
  });
}

/** Every way to leave out or give each of the fields. */
function combinations<T extends object>(fields: T): Partial<T>[] {
  const made: Partial<T>[] = [{}];
  for (const [name, value] of Object.entries(fields)) {
    made.push(...made.map((one) => ({ ...one, [name]: value })));
  }
  return made;
}

function nameOf(filter: object): string {
  return Object.keys(filter).join(', ') || 'nothing';
}
