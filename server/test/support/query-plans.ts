// What a database would do for each statement that the stores make.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import pg from 'pg';
import { migrate } from '../../src/adapters/sql/migrate.ts';
import { openPostgres } from '../../src/adapters/sql/postgres-database.ts';
import type { SqlDatabase } from '../../src/adapters/sql/sql-database.ts';
import { openSqlite } from '../../src/adapters/sql/sqlite-database.ts';
import { createDatabase, type TestServer } from './postgres-server.ts';

export interface Planner {
  /** Another connection, which has prepared nothing yet. */
  open(): SqlDatabase;
  /** The statements that were made since the last call, in their order. */
  taken(): string[];
  planOf(statement: string): Promise<string[]>;
  /** Steps of the plan that look at more than a page needs. */
  excessiveSteps(statement: string): Promise<string[]>;
  close(): Promise<void>;
}

/** Their lists pass over deleted rows only. */
const passOverFew = ['from "users" where "deleted_at" is null'];

/** Walking through a whole table in the order of its key is nothing excessive when nothing is passed over: it ends with the page. */
function isWalk(statement: string): boolean {
  return !/\bwhere\b/i.test(statement) || passOverFew.some((table) => statement.includes(table));
}

export async function sqlitePlanner(): Promise<Planner> {
  const folder = await mkdtemp(join(tmpdir(), 'assay-plans-'));
  const path = join(folder, 'registry.db');
  const database = openSqlite(path);
  await migrate(database);
  await database.close();
  const explaining = new DatabaseSync(path);
  let prepared: string[] = [];
  const { prepare } = DatabaseSync.prototype;
  DatabaseSync.prototype.prepare = function (text: string) {
    prepared.push(text);
    return prepare.call(this, text);
  };
  const planOf = async (statement: string) =>
    prepare
      .call(explaining, `EXPLAIN QUERY PLAN ${statement}`)
      .all()
      .map((step) => String(step.detail));
  return {
    open: () => openSqlite(path),
    taken: () => prepared.splice(0),
    planOf,
    async excessiveSteps(statement) {
      return (await planOf(statement)).filter(
        (step) =>
          /TEMP B-TREE/.test(step) ||
          (/^SCAN/.test(step) &&
            !/USING (COVERING )?INDEX|VIRTUAL TABLE|CONSTANT ROW/.test(step) &&
            !isWalk(statement)),
      );
    },
    async close() {
      DatabaseSync.prototype.prepare = prepare;
      prepared = [];
      explaining.close();
      await rm(folder, { recursive: true });
    },
  };
}

export async function postgresPlanner(server: TestServer): Promise<Planner> {
  const { settings, drop } = await createDatabase(server);
  const { host, port, user, password, database } = settings;
  const explaining = new pg.Client({ host, port, user, database, password: String(password) });
  await explaining.connect();
  // The tables are empty, and small ones are rather read whole: not if there is any other way.
  for (const step of ['seqscan', 'bitmapscan', 'sort', 'hashagg', 'hashjoin', 'mergejoin', 'material']) {
    await explaining.query(`SET enable_${step} = off`);
  }
  const made: string[] = [];
  const { query } = pg.Client.prototype;
  pg.Client.prototype.query = function (this: pg.Client, ...given: unknown[]) {
    if (this !== explaining && typeof given[0] === 'string') made.push(given[0]);
    return Reflect.apply(query, this, given);
  } as typeof query;
  // As for any values: those that it is then explained with do not matter.
  await explaining.query('SET plan_cache_mode = force_generic_plan');
  const explain = async (statement: string, format: string) => {
    const count = Math.max(0, ...[...statement.matchAll(/\$(\d+)/g)].map(([, nth]) => Number(nth)));
    const values = count === 0 ? '' : `(${Array(count).fill('NULL').join(', ')})`;
    await explaining.query(`PREPARE explained AS ${statement}`);
    const { rows } = await explaining.query(
      `EXPLAIN (COSTS OFF, FORMAT ${format}) EXECUTE explained${values}`,
    );
    await explaining.query('DEALLOCATE explained');
    return rows.map((row) => row['QUERY PLAN']);
  };
  return {
    open: () => openPostgres(settings),
    taken: () => made.splice(0),
    planOf: (statement) => explain(statement, 'TEXT'),
    async excessiveSteps(statement) {
      const [[{ Plan: plan }]] = (await explain(statement, 'JSON')) as [[{ Plan: Step }]];
      return stepsOf(plan)
        .filter((step) => isExcessive(step, statement))
        .map((step) => step['Node Type']);
    },
    async close() {
      pg.Client.prototype.query = query;
      await explaining.end();
      await drop();
    },
  };
}

interface Step {
  readonly 'Node Type': string;
  readonly 'Index Cond'?: string;
  readonly Plans?: readonly Step[];
}

function stepsOf(step: Step): Step[] {
  return [step, ...(step.Plans ?? []).flatMap(stepsOf)];
}

/** An index without a condition is walked along, which ends with the page only when that is its order. */
function isExcessive(step: Step, statement: string): boolean {
  if (/Seq Scan|Sort$/.test(step['Node Type'])) return true;
  return (
    /Index.* Scan/.test(step['Node Type']) &&
    step['Index Cond'] === undefined &&
    !/\border by\b/i.test(statement)
  );
}
