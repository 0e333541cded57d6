// The audit log, in the table `downloads`. Every entry is in the list of all, in that of its user and of its package,
// and, when what it tells of did not succeed, in that of refusals; see audit-chunks.ts. What is new is in none of the
// lists yet, but in a log; see audit-tail.ts. So a download costs one write for its entry, and a little of those that
// list many. The lists of all and of refusals are spread over partitions, of which readers read all.
import type {
  AuditAppended,
  AuditEntry,
  AuditFilter,
  AuditLog,
  DailyCount,
  DailyFilter,
} from '../../core/audit/index.ts';
import { StorageError } from '../../core/errors.ts';
import { cursorFrom, type Page, type PageRequest, pageOf, sortKeyOf } from '../../core/paging.ts';
import { entriesAlong, isNewer, placeAt, placeOf, putChunks, type Span } from './audit-chunks.ts';
import { countByDay, countEntry, dayKeys, dayOf } from './audit-days.ts';
import { AuditTail, type Marks, shards } from './audit-tail.ts';
import { putWaiting } from './audit-waiting.ts';
import type { ChangePlanners } from './change-planners.ts';
import type { DynamoDatabase, KeyPair } from './database.ts';
import { merged } from './merged.ts';
import { keyText, shardsOf } from './tables.ts';
import { commitItems } from './transaction.ts';
import { type VersionPlaceRow, versionPlaceKey } from './versions.ts';
import type { WorkingItems } from './working-items.ts';

/** A list passes over so many entries at most; a page that is not full because of this goes on with the next one. */
const maximumLookedAt = 1_000;

const longestPauseMs = 600_000;

/** Beside a little else; putting them into the tree later takes about as many. */
const mostOperationsAtOnce = 80;

/** Together far below what an item and a transaction may be large. */
const mostEntriesAtOnce = 250;

export class DynamoAuditLog implements AuditLog {
  readonly #database: DynamoDatabase;
  readonly #tail: AuditTail;
  /** Of the lists of all and of refusals, the one that this process writes to. */
  readonly #shard = Math.floor(Math.random() * shards);

  readonly planners: ChangePlanners<AuditAppended> = {
    'audit.append': { plan: (items, { entry }) => this.#put(items, [entry]) },
  };

  constructor(database: DynamoDatabase) {
    this.#database = database;
    this.#tail = new AuditTail(database, {
      put: (items, entries) => this.#list(items, entries, false),
      operationsOf,
    });
  }

  /** To be called whenever something was appended; it costs little. */
  tidy(): void {
    this.#tail.tidy();
  }

  /** Puts into the lists and counts what is due of every log. */
  async listDue(): Promise<void> {
    for (let shard = 0; shard < shards; shard++) await this.#tail.list(shard);
  }

  async append(entries: readonly AuditEntry[]): Promise<void> {
    await this.appendNew(await this.#notYetAppended(entries));
  }

  /** The same for entries of which none was appended before. */
  async appendNew(entries: readonly AuditEntry[]): Promise<void> {
    for (const group of groupsOf(entries)) {
      await commitItems(this.#database, async (items) => this.#put(items, group));
    }
    this.tidy();
  }

  /** The entry that is appended under the id and time of this one. */
  async find(entry: AuditEntry): Promise<AuditEntry | null> {
    const { userId } = entry.actor ?? {};
    const span = { from: placeOf(entry), until: `${placeOf(entry)}~` };
    for (const stream of await this.#streamsFor({ packageId: entry.subject.packageId, userId }, span)) {
      for await (const one of stream) if (one.id === entry.id) return one;
    }
    return null;
  }

  /** The entries that are appended under these ids and times, looked for in all that there are. */
  async findAll(wanted: readonly { readonly entryId: string; readonly at: Date }[]): Promise<AuditEntry[]> {
    const found: AuditEntry[] = [];
    const ids = new Set(wanted.map(({ entryId }) => entryId));
    for (const span of spansAround(wanted.map(({ at }) => at.getTime()))) {
      const streams = [...shardsOf('all', shards).map((list) => entriesAlong(this.#database, list, span))];
      for (const stream of [...streams, ...this.#tail.entries([], span)]) {
        for await (const entry of stream) if (ids.has(entry.id)) found.push(entry);
      }
    }
    return found;
  }

  /** Notes that everything that was listed without having been in a log waits for the tree. */
  async haveListedWait(): Promise<void> {
    for (const partition of shardsOf('all', shards)) {
      const chunks = this.#database.query<KeyPair>({ table: 'downloads', partition, pageSize: 100 });
      for await (const { pk, sk } of chunks) {
        await commitItems(this.#database, async (items) => putWaiting(items, [{ pk, sk }]));
      }
    }
  }

  /** What an append that failed halfway, or without an answer, has left is in this process's own lists. */
  async #notYetAppended(entries: readonly AuditEntry[]): Promise<AuditEntry[]> {
    const places = entries.map(placeOf).sort();
    const [oldest, newest] = [places[0], places.at(-1)];
    if (oldest === undefined || newest === undefined) return [];
    const known = new Set<string>();
    const span = { from: oldest, until: `${newest}~` };
    for (const list of [`all#${this.#shard}`, this.#tail.ownLog]) {
      for await (const { id } of entriesAlong(this.#database, list, span)) known.add(id);
    }
    return entries.filter(({ id }) => !known.has(id));
  }

  #put(items: WorkingItems, entries: readonly AuditEntry[]): void {
    if (!this.#tail.put(items, entries)) this.#list(items, entries, true);
  }

  /** `inAll`: they are in no log, and so go into the list of all as well. */
  #list(items: WorkingItems, entries: readonly AuditEntry[], inAll: boolean): void {
    const listed = entries.flatMap((entry) =>
      [...(inAll ? [`all#${this.#shard}`] : []), ...listsOf(entry, this.#shard)].map((list) => ({
        list,
        entry,
      })),
    );
    for (const [list, inList] of Map.groupBy(listed, ({ list }) => list)) {
      const chunks = putChunks(
        items,
        list,
        inList.map(({ entry }) => entry),
      );
      if (isListOfAll(list)) putWaiting(items, chunks);
    }
    const together = entries[0]?.id ?? '';
    for (const entry of entries) countEntry(items, entry, together);
  }

  async list(filter: AuditFilter, page: PageRequest): Promise<Page<AuditEntry>> {
    const streams = await this.#streamsFor(filter, spanOf(filter, page.after));
    const found: AuditEntry[] = [];
    let left = maximumLookedAt;
    let last: AuditEntry | null = null;
    for await (const entry of merged(streams, isNewer)) {
      // It was listed between the reading of the marks and that of the list.
      if (entry.id === last?.id) continue;
      if (meets(filter, entry)) found.push(entry);
      last = entry;
      left--;
      if (left === 0 || found.length > page.limit) break;
    }
    const listed = pageOf(found, page.limit, keyOf, (entry) => entry);
    return left === 0 && listed.next === null ? { ...listed, next: last && cursorFrom(keyOf(last)) } : listed;
  }

  /** Streams that together have every entry sought, and as few others as can be. */
  async #streamsFor(filter: AuditFilter, span: Span): Promise<AsyncGenerator<AuditEntry>[]> {
    // Before the lists: what is listed from now on is seen twice rather than not at all.
    const marks = await this.#tail.marks();
    const lists = await this.#listsFor(filter);
    const along = (list: string) => entriesAlong(this.#database, list, span);
    return lists === null
      ? [...shardsOf('all', shards).map(along), ...this.#tail.entries([], span)]
      : [...lists.map(along), ...this.#tail.entries(marks, span)];
  }

  /** The lists that have every entry sought that is listed; null: no list but that of all. */
  async #listsFor({ packageId, versionId, userId, outcome }: AuditFilter): Promise<readonly string[] | null> {
    if (packageId !== undefined) return [ofPackage(packageId)];
    if (versionId !== undefined) {
      const version = await this.#database.get<VersionPlaceRow>(versionPlaceKey(versionId));
      if (version !== null) return [ofPackage(version.packageId)];
    }
    if (userId !== undefined) return [ofUser(userId)];
    return outcome === undefined || outcome === 'succeeded' ? null : shardsOf('refused', shards);
  }

  /** Counts anew when entries were listed meanwhile: they would be missing, or counted twice. */
  async countByDay(filter: DailyFilter): Promise<readonly DailyCount[]> {
    const patience = this.#database.patience();
    for (;;) {
      const marks = await this.#tail.marks();
      const counts = await countByDay(this.#database, filter, await this.#uncounted(filter, marks));
      if (JSON.stringify(await this.#tail.marks()) === JSON.stringify(marks)) return counts;
      if (!(await patience.wait())) {
        throw new StorageError('transient', 'DynamoDB: entries were listed whenever they were counted');
      }
    }
  }

  async #uncounted({ from, until, ...filter }: DailyFilter, marks: Marks): Promise<AuditEntry[]> {
    const [first, end] = [from, until].map((moment) => Date.parse(dayOf(moment))) as [number, number];
    const span = { from: placeAt(first), until: placeAt(end) };
    const found: AuditEntry[] = [];
    for await (const entry of merged(this.#tail.entries(marks, span), isNewer)) {
      if (entry.outcome === 'succeeded' && meets(filter, entry)) found.push(entry);
    }
    return found;
  }
}

/** As many as one transaction lists, in their order. */
function groupsOf(entries: readonly AuditEntry[]): AuditEntry[][] {
  const groups: AuditEntry[][] = [];
  let group: AuditEntry[] = [];
  let operations = new Set<string>();
  for (const entry of entries) {
    const grown = operations.union(operationsInAll(entry));
    if (grown.size > mostOperationsAtOnce || group.length === mostEntriesAtOnce) {
      groups.push(group);
      [group, operations] = [[], operationsInAll(entry)];
    } else {
      operations = grown;
    }
    group.push(entry);
  }
  return group.length === 0 ? groups : [...groups, group];
}

/** The same where it goes into the list of all as well. */
function operationsInAll(entry: AuditEntry): Set<string> {
  return operationsOf(entry).add(`all ${Math.floor(entry.at.getTime() / 60_000)}`);
}

/** The items that are written for the entry, by which those are counted that entries share. */
function operationsOf(entry: AuditEntry): Set<string> {
  const minute = Math.floor(entry.at.getTime() / 60_000);
  const chunks = listsOf(entry, 0).map((list) => `${list} ${minute}`);
  return new Set([...chunks, ...dayKeys(entry, '').map(keyText)]);
}

function listsOf({ actor, subject, outcome }: AuditEntry, shard: number): string[] {
  return [
    ...(actor === null ? [] : [ofUser(actor.userId)]),
    ...(subject.packageId === undefined ? [] : [ofPackage(subject.packageId)]),
    ...(outcome === 'succeeded' ? [] : [`refused#${shard}`]),
  ];
}

function isListOfAll(list: string): boolean {
  return list.startsWith('all#');
}

/** Spans that have all of these moments, and no long time without any. */
function spansAround(moments: readonly number[]): Span[] {
  const spans: { from: number; until: number }[] = [];
  for (const moment of moments.toSorted((one, other) => one - other)) {
    const last = spans.at(-1);
    if (last !== undefined && moment - last.until < longestPauseMs) last.until = moment + 1;
    else spans.push({ from: moment, until: moment + 1 });
  }
  return spans.map(({ from, until }) => ({ from: placeAt(from), until: placeAt(until) }));
}

function ofUser(id: string): string {
  return `user#${id}`;
}

function ofPackage(id: string): string {
  return `package#${id}`;
}

function spanOf({ from, until }: AuditFilter, after: string | undefined): Span {
  const ends = until === undefined ? [] : [placeAt(until.getTime())];
  if (after !== undefined)
    ends.push(placeAt(...(sortKeyOf(after, ['number', 'string']) as [number, string])));
  return { from: placeAt(from?.getTime() ?? 0), until: ends.sort()[0] ?? '' };
}

function keyOf({ at, id }: AuditEntry): [number, string] {
  return [at.getTime(), id];
}

function meets(filter: AuditFilter, { actor, subject, operation, outcome, at }: AuditEntry): boolean {
  return (
    (filter.userId === undefined || actor?.userId === filter.userId) &&
    (filter.packageId === undefined || subject.packageId === filter.packageId) &&
    (filter.versionId === undefined || subject.versionId === filter.versionId) &&
    (filter.operations?.includes(operation) ?? true) &&
    (filter.outcome === undefined || outcome === filter.outcome) &&
    (filter.from === undefined || at >= filter.from) &&
    (filter.until === undefined || at < filter.until)
  );
}
