// A schema is called by the last migration that was applied to it. What core/schema.ts calls a step is a file here.
import { readdir } from 'node:fs/promises';
import { type Kysely, sql } from 'kysely';
import type { SchemaStep } from '../../core/schema.ts';
import type { Tables } from './tables.ts';

/** Names of the files in the folder, in their order. */
export async function migrationsIn(folder: URL): Promise<string[]> {
  return (await readdir(folder)).filter((name) => name.endsWith('.sql')).sort();
}

/** A row of `schema_migrations`, which has no `works_from` before migration 0019. */
export interface MigrationRow {
  readonly name: string;
  readonly works_from?: string | null;
}

export function stepsOf(rows: readonly MigrationRow[]): SchemaStep[] {
  return rows.map(({ name, works_from }) => ({ name: stepName(name), worksFrom: works_from ?? null }));
}

/** What the database says about its schema; migrated at least once. */
export async function stepsIn(database: Kysely<Tables>): Promise<SchemaStep[]> {
  // All columns, since databases that are older have fewer.
  const { rows } = await sql<MigrationRow>`SELECT * FROM schema_migrations`.execute(database);
  return stepsOf(rows);
}

export function stepName(file: string): string {
  return file.replace(/\.sql$/, '');
}

/** What a migration declares in one of its lines; null: nothing. */
export function worksFromOf(script: string): string | null {
  return /^-- works with releases from: (\d{4})$/m.exec(script)?.[1] ?? null;
}
