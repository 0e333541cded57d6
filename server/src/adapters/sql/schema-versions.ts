// What a schema is called: the name of the last migration that was applied to it.
import { readdir } from 'node:fs/promises';

/** Names of the migrations in the folder, in their order. */
export async function migrationsIn(folder: URL): Promise<string[]> {
  return (await readdir(folder)).filter((name) => name.endsWith('.sql')).sort();
}

/** Throws when a release that knows more has migrated the database. */
export function refuseNewerSchema(applied: readonly string[], known: readonly string[]): void {
  const unknown = applied.filter((name) => !known.includes(name));
  if (unknown.length === 0) return;
  throw new Error(
    `The schema of the database is ${schemaName(applied)}, which a newer release has made; this release knows ${schemaName(known)}. Start that release, or restore a backup from before it (docs/operations/upgrade.md).`,
  );
}

/** Throws also when migrations are missing. */
export function refuseOtherSchema(applied: readonly string[], known: readonly string[]): void {
  refuseNewerSchema(applied, known);
  if (known.every((name) => applied.includes(name))) return;
  throw new Error(
    `The schema of the database is ${schemaName(applied)}; this release needs ${schemaName(known)}. Run "assay migrate", or start with ASSAY_MIGRATE_AT_START=true.`,
  );
}

function schemaName(migrations: readonly string[]): string {
  return (
    migrations
      .toSorted()
      .at(-1)
      ?.replace(/\.sql$/, '') ?? 'empty'
  );
}
