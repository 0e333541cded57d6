// What a second plan would change right after an apply: nothing, but for what the emulator does not give back.

export interface PlannedChange {
  readonly address: string;
  readonly type: string;
  readonly change: {
    readonly actions: readonly string[];
    readonly before: Readonly<Record<string, unknown>> | null;
    readonly after: Readonly<Record<string, unknown>> | null;
    readonly after_unknown: Readonly<Record<string, unknown>> | null;
  };
}

/** By type, the attributes that may differ. */
export type KnownDrift = Readonly<Record<string, readonly string[]>>;

/** In words, each change that is not known. */
export function driftIn(changes: readonly PlannedChange[], known: KnownDrift): string[] {
  return changes.flatMap(({ address, type, change }) => {
    const { actions } = change;
    if (actions.every((action) => action === 'no-op' || action === 'read')) return [];
    const differing = attributesThatDiffer(change).filter((name) => !known[type]?.includes(name));
    if (actions.length === 1 && actions[0] === 'update' && differing.length === 0) return [];
    return [
      `${address}: ${actions.join(' and ')}${differing.length > 0 ? ` of ${differing.join(', ')}` : ''}`,
    ];
  });
}

function attributesThatDiffer({ before, after, after_unknown }: PlannedChange['change']): string[] {
  const names = new Set([...Object.keys(before ?? {}), ...Object.keys(after ?? {})]);
  return [...names].filter((name) => differ(before?.[name], after?.[name], after_unknown?.[name])).sort();
}

/** What becomes known when it is applied is no difference that anybody asked for; what is beside it may be one. */
function differ(before: unknown, after: unknown, unknown: unknown): boolean {
  if (unknown === true) return false;
  if (!isContainer(before) || !isContainer(after)) return JSON.stringify(before) !== JSON.stringify(after);
  const names = new Set([...Object.keys(before), ...Object.keys(after)]);
  const within = isContainer(unknown) ? unknown : {};
  return [...names].some((name) => differ(before[name], after[name], within[name]));
}

/** An object or a list: both have parts by name. */
function isContainer(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}
