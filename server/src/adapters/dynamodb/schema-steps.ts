// How far the form of the items has come. A step is a change of it that other releases have to know of; tables and
// indexes tell for themselves. A release lists its steps in `schema-steps.json`, the table `users` keeps those that were
// taken: `schema` / `<name of the step>`.
import { requireWorkable, type SchemaStep } from '../../core/schema.ts';
import type { DynamoDatabase } from './database.ts';
import type { Range } from './ranges.ts';
import ownSteps from './schema-steps.json' with { type: 'json' };
import type { Key } from './tables.ts';

/** Of this release. */
export const schemaSteps: readonly SchemaStep[] = ownSteps;

const taken: Range = { table: 'users', partition: 'schema' };

export async function takenSteps(database: DynamoDatabase): Promise<SchemaStep[]> {
  const rows = await Array.fromAsync(database.query<{ sk: string; worksFrom: string | null }>(taken));
  return rows.map(({ sk, worksFrom }) => ({ name: sk, worksFrom }));
}

/** Rejects, and nothing is done, when a release with these steps does not work on what a newer one has made. */
export async function requireWorkableSteps(
  database: DynamoDatabase,
  steps: readonly SchemaStep[],
): Promise<void> {
  requireWorkable(await takenSteps(database), namesOf(steps));
}

/** Puts on record that these were taken, and resolves with the names of those that were not yet. */
export async function recordSteps(database: DynamoDatabase, steps: readonly SchemaStep[]): Promise<string[]> {
  const before = namesOf(await takenSteps(database));
  const missing = steps.filter(({ name }) => !before.includes(name));
  const recorded: string[] = [];
  for (const { name, worksFrom } of missing) {
    const isNew = await database.put(stepKey(name), { worksFrom }, { when: 'attribute_not_exists(#pk)' });
    if (isNew) recorded.push(name);
  }
  return recorded;
}

function stepKey(name: string): Key {
  return { table: taken.table, pk: taken.partition, sk: name };
}

function namesOf(steps: readonly SchemaStep[]): string[] {
  return steps.map(({ name }) => name);
}
