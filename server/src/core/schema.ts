// Which releases work on a schema. A database keeps the steps that have made its schema, each with the oldest schema
// whose programs still work after it, so that an older program, which knows nothing of a newer step, can read whether it
// may start: that is how a release is gone back from.

/** One step of a schema, as the database keeps it. */
export interface SchemaStep {
  /** `0020-colours`: the number comes first, in four digits, and is the order. */
  readonly name: string;
  /** The number of the oldest schema whose programs still work after it. Null: only those that know the step do. */
  readonly worksFrom: string | null;
}

/** Throws when the steps that were applied include one after which a program that knows these does not work. */
export function requireWorkable(applied: readonly SchemaStep[], known: readonly string[]): void {
  const newer = applied.filter(({ name }) => !known.includes(name));
  if (newer.length === 0) return;
  const steps = applied.map(({ name }) => name);
  const missing = known.filter((name) => !steps.includes(name));
  const own = numberOf(schemaName(known));
  if (missing.length === 0 && newer.every((step) => worksAfter(step, own))) return;
  const reason =
    missing.length > 0
      ? `this release knows ${schemaName(known)}, and the database lacks its ${missing.join(', ')}`
      : `${worksWith(applied)}; this release knows ${schemaName(known)}`;
  throw new Error(
    `The schema of the database is ${schemaName(steps)}, which a newer release has made: ${reason}. Start that release, or restore a backup from before it (docs/operations/upgrade.md).`,
  );
}

/** Throws also when steps are missing. */
export function requireComplete(applied: readonly SchemaStep[], known: readonly string[]): void {
  requireWorkable(applied, known);
  const steps = applied.map(({ name }) => name);
  if (known.every((name) => steps.includes(name))) return;
  throw new Error(
    `The schema of the database is ${schemaName(steps)}; this release needs ${schemaName(known)}. Run "assay migrate", or start with ASSAY_MIGRATE_AT_START=true.`,
  );
}

/** In words: the programs of which schemas work on what these steps have made. */
export function worksWith(applied: readonly SchemaStep[]): string {
  const steps = applied.toSorted((one, other) => (one.name < other.name ? -1 : 1));
  const last = schemaName(steps.map(({ name }) => name));
  const oldest = steps.find(({ name }, place) =>
    steps.slice(place + 1).every((later) => worksAfter(later, numberOf(name))),
  );
  return oldest === undefined || oldest.name === last
    ? `only releases that know ${last} work on it`
    : `releases that know ${oldest.name} or more work on it`;
}

/** The last one; `empty` for none. */
export function schemaName(steps: readonly string[]): string {
  return steps.toSorted().at(-1) ?? 'empty';
}

function worksAfter({ worksFrom }: SchemaStep, known: string): boolean {
  return worksFrom !== null && worksFrom <= known;
}

function numberOf(name: string): string {
  return name.slice(0, 4);
}
