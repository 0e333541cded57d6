// Releases with other schemas on the same database, one after the other: what a newer one has made, an older one works on
// when that says so, and otherwise leaves alone. On every engine that outlives a process.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { schemaSteps } from '../../src/adapters/dynamodb/schema-steps.ts';
import { migrate } from '../../src/adapters/sql/migrate.ts';
import { openPostgres } from '../../src/adapters/sql/postgres-database.ts';
import { migratePostgres, requireSchema } from '../../src/adapters/sql/postgres-migrations.ts';
import { migrationsIn, stepsIn } from '../../src/adapters/sql/schema-versions.ts';
import { sqlEngine } from '../../src/adapters/sql/sql-engine.ts';
import { openSqlite } from '../../src/adapters/sql/sqlite-database.ts';
import { sqliteEngine } from '../../src/adapters/sql/sqlite-engine.ts';
import type { RecordsEngine } from '../../src/core/engine.ts';
import type { SchemaStep } from '../../src/core/schema.ts';
import { openTestDynamoDb, whyNoDynamoDb } from '../support/dynamodb-server.ts';
import { postgresServer, takeDatabase } from '../support/postgres-server.ts';
import { someItem } from '../support/samples.ts';

/** A database that releases are started on, each of which knows the steps of this one and `more`. */
interface Place {
  /** The last step of this release. */
  readonly own: string;
  /** Resolves with what was done to the schema; rejects when the release does not start. */
  start(
    more: readonly SchemaStep[],
  ): Promise<{ readonly done: readonly string[]; readonly engine: RecordsEngine }>;
  /** What the engine says about its schema. */
  schema(): Promise<readonly SchemaStep[]>;
  close(): Promise<void>;
}

/** Migrations of this release and more of them, in a folder of their own. */
async function migrationsWith(
  folder: string,
  engine: 'sqlite' | 'postgres',
  more: readonly SchemaStep[],
): Promise<URL> {
  const made = join(folder, randomUUID());
  await cp(new URL(`../../migrations/${engine}/`, import.meta.url), made, { recursive: true });
  for (const { name, worksFrom } of more) {
    const declared = worksFrom === null ? '' : `-- works with releases from: ${worksFrom}\n`;
    const change = `ALTER TABLE items ADD COLUMN "${name}" TEXT;\n`;
    await writeFile(join(made, `${name}.sql`), `-- What comes.\n${declared}${change}`);
  }
  return pathToFileURL(`${made}/`);
}

async function lastMigration(): Promise<string> {
  const all = await migrationsIn(new URL('../../migrations/sqlite/', import.meta.url));
  return all.at(-1)?.replace('.sql', '') ?? '';
}

async function sqlitePlace(): Promise<Place> {
  const folder = await mkdtemp(join(tmpdir(), 'assay-releases-'));
  const database = openSqlite(join(folder, 'registry.db'));
  return {
    own: await lastMigration(),
    async start(more) {
      const done = await migrate(database, await migrationsWith(folder, 'sqlite', more));
      return { done, engine: sqliteEngine(database) };
    },
    schema: () => stepsIn(database.read),
    async close() {
      await database.close();
      await rm(folder, { recursive: true });
    },
  };
}

const server = await postgresServer();

/** `prepared`: `assay migrate` was run before, and processes only look. */
async function postgresPlace(prepared: boolean): Promise<Place> {
  if (typeof server === 'string') throw new Error(server);
  const { settings, drop } = await takeDatabase(server);
  const database = openPostgres(settings);
  const folder = await mkdtemp(join(tmpdir(), 'assay-releases-'));
  return {
    own: await lastMigration(),
    async start(more) {
      const migrations = await migrationsWith(folder, 'postgres', more);
      const engine = sqlEngine(database);
      if (!prepared) return { done: await migratePostgres(settings, migrations), engine };
      const missing = await requireSchema(database.write, migrations).then(
        () => null,
        (error: Error) => error,
      );
      if (missing === null) return { done: [], engine };
      if (!missing.message.includes('assay migrate')) throw missing;
      const done = await migratePostgres(settings, migrations);
      await requireSchema(database.write, migrations);
      return { done, engine };
    },
    schema: () => database.schema(),
    async close() {
      await database.close();
      await drop();
      await rm(folder, { recursive: true });
    },
  };
}

async function dynamoPlace(): Promise<Place> {
  const opened = await openTestDynamoDb();
  return {
    own: schemaSteps.at(-1)?.name ?? '',
    start: async (more) => ({
      done: await opened.migrate([...schemaSteps, ...more]),
      engine: opened.engine,
    }),
    schema: () => opened.schema(),
    close: () => opened.close(),
  };
}

const noPostgres = typeof server === 'string' ? server : false;
const places = [
  { name: 'sqlite', open: sqlitePlace, skip: false },
  { name: 'postgres', open: () => postgresPlace(false), skip: noPostgres },
  { name: 'postgres, migrated before', open: () => postgresPlace(true), skip: noPostgres },
  { name: 'dynamodb', open: dynamoPlace, skip: whyNoDynamoDb() ?? false },
];

for (const { name, open, skip } of places) {
  describe(`A schema of another release on ${name}`, { skip }, () => {
    let place: Place;
    let ownNumber: string;
    beforeEach(async () => {
      place = await open();
      ownNumber = place.own.slice(0, 4);
      await place.start([]);
    });
    afterEach(() => place.close());

    const after = (count: number) => String(Number(ownNumber) + count).padStart(4, '0');
    const colours = (worksFrom: string | null): SchemaStep => ({ name: `${after(1)}-colours`, worksFrom });
    const weights = (worksFrom: string | null): SchemaStep => ({ name: `${after(2)}-weights`, worksFrom });

    test('is worked on by an older release that it says it works with, which leaves it as it is', async () => {
      const { done } = await place.start([colours(ownNumber)]);
      assert.deepEqual(
        done.map((step) => step.replace('.sql', '')),
        [`${after(1)}-colours`],
      );
      const made = await place.schema();
      const { done: byOlder, engine } = await place.start([]);
      assert.deepEqual(byOlder, []);
      const item = someItem();
      await engine.commit([{ change: 'item.insert', item }]);
      assert.deepEqual(await engine.items.find(item.id), item);
      assert.deepEqual(await place.schema(), made);
    });

    test('is refused when it does not say so, with both schemas and what to do, and left as it is', async () => {
      await place.start([colours(null)]);
      const made = await place.schema();
      await assert.rejects(place.start([]), {
        message: new RegExp(
          `is ${after(1)}-colours, .* only releases that know ${after(1)}-colours work on it; this release knows ${place.own}. Start that release, or restore`,
        ),
      });
      assert.deepEqual(await place.schema(), made);
      await place.start([colours(null)]);
    });

    test('is refused by releases that are older than those it works with, and by no others', async () => {
      await place.start([colours(ownNumber), weights(after(1))]);
      await assert.rejects(place.start([]), { message: /or more work on it; this release knows/ });
      assert.deepEqual((await place.start([colours(ownNumber)])).done, []);
    });

    test('is refused by a release of which it lacks a step, which is not taken any more', async () => {
      await place.start([weights(ownNumber)]);
      const made = await place.schema();
      await assert.rejects(place.start([colours(ownNumber)]), { message: /lacks its \d+-colours/ });
      assert.deepEqual(await place.schema(), made);
    });

    test('goes on to be migrated by the newer one after the older one was there again', async () => {
      await place.start([colours(ownNumber)]);
      await place.start([]);
      const { done } = await place.start([colours(ownNumber), weights(ownNumber)]);
      assert.deepEqual(
        done.map((step) => step.replace('.sql', '')),
        [`${after(2)}-weights`],
      );
    });

    test('keeps one step of each, also when many processes of the newer release start at once', async () => {
      const steps = [colours(ownNumber), weights(ownNumber)];
      const started = await Promise.all([place.start(steps), place.start(steps), place.start(steps)]);
      assert.equal(started.flatMap(({ done }) => done).length, 2);
      assert.deepEqual((await place.schema()).slice(-2), steps);
    });
  });
}
