// How often what succeeded on a day: counters in the table `downloads`, added to by the transaction that appends the
// entries, so that no entry is counted twice or not at all.
//
//   days#all           <day>#<operation>#<shard>
//   days#package#<id>  <day>#<operation>#<shard>
//   days#user#<id>     <day>#<operation>#<shard>#<package id, or nothing>
//
// Shards let commits of the same day pass that would all have to add to the same item.
import type { AuditEntry, DailyCount, DailyFilter } from '../../core/audit/index.ts';
import type { DynamoDatabase } from './database.ts';
import { type Key, shardOf } from './tables.ts';
import type { WorkingItems } from './working-items.ts';

interface DayRow {
  readonly sk: string;
  readonly count: number;
  readonly sizeBytes: number;
}

const shards = 8;

/** `together` names what is appended in one transaction: it adds to one shard. */
export function countEntry(items: WorkingItems, entry: AuditEntry, together: string): void {
  for (const key of dayKeys(entry, together)) {
    items.add(key, { count: 1, sizeBytes: entry.subject.sizeBytes ?? 0 });
  }
}

/** The counters that the entry adds to. */
export function dayKeys({ at, operation, outcome, actor, subject }: AuditEntry, together: string): Key[] {
  if (outcome !== 'succeeded') return [];
  const day = shardOf(`${dayOf(at)}#${operation}`, together, shards);
  const { packageId } = subject;
  return [
    { table: 'downloads', pk: 'days#all', sk: day },
    ...(packageId === undefined ? [] : [{ table: 'downloads', pk: ofPackage(packageId), sk: day } as const]),
    ...(actor === null
      ? []
      : [{ table: 'downloads', pk: ofUser(actor.userId), sk: `${day}#${packageId ?? ''}` } as const]),
  ];
}

/** Counts what the counters have, and `uncounted`: entries that they do not have yet. */
export async function countByDay(
  database: DynamoDatabase,
  { userId, packageId, operations, from, until }: DailyFilter,
  uncounted: readonly AuditEntry[],
): Promise<readonly DailyCount[]> {
  const narrowest = packageId === undefined ? 'days#all' : ofPackage(packageId);
  const rows = database.query<DayRow>({
    table: 'downloads',
    partition: userId === undefined ? narrowest : ofUser(userId),
    sort: { between: [dayOf(from), dayOf(until)] },
  });
  const sums = new Map<string, DailyCount>();
  const add = (day: string, operation: string, count: number, sizeBytes: number) => {
    const before = sums.get(`${day} ${operation}`) ?? { count: 0, sizeBytes: 0 };
    const sum = { count: before.count + count, sizeBytes: before.sizeBytes + sizeBytes };
    sums.set(`${day} ${operation}`, { day, operation, ...sum });
  };
  for await (const { sk, count, sizeBytes } of rows) {
    const [day = '', operation = '', , ...ofWhich] = sk.split('#');
    if (operations !== undefined && !operations.some((one) => one === operation)) continue;
    if (userId !== undefined && packageId !== undefined && ofWhich.join('#') !== packageId) continue;
    add(day, operation, count, sizeBytes);
  }
  for (const { at, operation, subject } of uncounted) add(dayOf(at), operation, 1, subject.sizeBytes ?? 0);
  return [...sums].sort(([one], [other]) => (one < other ? -1 : 1)).map(([, sum]) => sum);
}

export function dayOf(at: Date): string {
  return at.toISOString().slice(0, 10);
}

function ofPackage(id: string): string {
  return `days#package#${id}`;
}

function ofUser(id: string): string {
  return `days#user#${id}`;
}
