// The end of the audit log. An entry that tells of just now costs one write: it is put into the log, and into nothing
// else. Minutes later many of them together are put into the lists and counts by which they are looked for:
//
//   log#<shard>            chunks of entries, in the order of their time; a process writes to one shard
//   log-listed   <shard>   the chunk up to which that log is in the lists and counts
//
//            listed                 the tail, which readers read as well
//   ├───────────────────────┼──────────────────────────┤ now
//                         mark          < some minutes
//
// A log is listed up to `listedAfterMs` ago. So that nothing comes to lie behind the mark unseen, an entry goes into the
// log only while its time is at most `timelyMs` away, and whoever learns later than half of `listedAfterMs` after it
// that it was written takes it for not known to be. Clocks of processes may differ by the other half.
import type { AuditEntry } from '../../core/audit/index.ts';
import { type ChunkRow, entriesAlong, entriesOf, placeAt, putChunks, type Span } from './audit-chunks.ts';
import type { DynamoDatabase, KeyPair } from './database.ts';
import { take } from './ranges.ts';
import type { Key } from './tables.ts';
import { commitItems } from './transaction.ts';
import type { WorkingItems } from './working-items.ts';

interface MarkRow {
  readonly shard: number;
  /** The sort key of the last chunk that is listed. */
  readonly upTo: string;
}

export type Marks = readonly MarkRow[];

export type LogChunk = ChunkRow & KeyPair;

/** How entries get into the lists and counts. */
export interface Listing {
  readonly put: (items: WorkingItems, entries: readonly AuditEntry[]) => void;
  /** What `put` writes for the entry, a text for each item: the same for those that entries share. */
  readonly operationsOf: (entry: AuditEntry) => ReadonlySet<string>;
}

export const shards = 8;
const timelyMs = 30_000;
const listedAfterMs = 120_000;
const everyMs = 60_000;

/** A transaction has a hundred operations, of which the mark and the list of all take some. */
const mostOperationsListed = 95;
const mostEntriesListed = 1_000;
const chunksAtOnce = 200;

export class AuditTail {
  readonly #database: DynamoDatabase;
  readonly #listing: Listing;
  readonly #shard = Math.floor(Math.random() * shards);
  #tidiedAt = performance.now();

  constructor(database: DynamoDatabase, listing: Listing) {
    this.#database = database;
    this.#listing = listing;
  }

  get ownLog(): string {
    return logOf(this.#shard);
  }

  /** Puts the entry into the log; false, and nothing done, when it does not tell of just now. */
  put(items: WorkingItems, entries: readonly AuditEntry[]): boolean {
    const now = Date.now();
    if (entries.some(({ at }) => Math.abs(at.getTime() - now) > timelyMs)) return false;
    putChunks(items, this.ownLog, entries);
    const oldest = Math.min(...entries.map(({ at }) => at.getTime()));
    items.mustBeMadeBy(oldest + listedAfterMs / 2);
    return true;
  }

  /** How far the logs are listed. */
  async marks(): Promise<Marks> {
    const rows = this.#database.query<MarkRow>({ table: 'downloads', partition: marksPartition });
    return take(rows, shards);
  }

  /** What is behind the marks, newest first: a stream for each log. */
  entries(marks: Marks, span: Span): AsyncGenerator<AuditEntry>[] {
    return Array.from({ length: shards }, (_, shard) => {
      const behind = marks.find((mark) => mark.shard === shard)?.upTo ?? '';
      return entriesAlong(this.#database, logOf(shard), { ...span, behind });
    });
  }

  /** Lists what is due, now and then, without anybody waiting for it: what fails is done the next time. */
  tidy(): void {
    if (performance.now() - this.#tidiedAt < everyMs) return;
    this.#tidiedAt = performance.now();
    // One of the others as well: its process may have ended.
    const other = Math.floor(Math.random() * shards);
    for (const shard of new Set([this.#shard, other])) this.list(shard).catch(() => {});
  }

  /** Lists what is due of one log. Any number of processes may do so at once. */
  async list(shard: number): Promise<void> {
    let rest = true;
    while (rest) {
      await commitItems(this.#database, async (items) => {
        const mark = await items.get<MarkRow>(markKey(shard));
        const due = await this.#due(shard, mark?.upTo ?? '');
        const chunks = this.#asManyAsFit(due);
        const last = chunks.at(-1);
        rest = chunks.length < due.length || due.length === chunksAtOnce;
        if (last === undefined) return;
        this.#listing.put(items, chunks.flatMap(entriesOf));
        items.put(markKey(shard), { shard, upTo: last.sk } satisfies MarkRow);
      });
    }
  }

  #due(shard: number, upTo: string): Promise<LogChunk[]> {
    return take(readSettled(this.#database, shard, upTo), chunksAtOnce);
  }

  /** Every chunk alone fits: it was made so. */
  #asManyAsFit(chunks: readonly ChunkRow[]): readonly ChunkRow[] {
    let operations: ReadonlySet<string> = new Set();
    let count = 0;
    const isTooMuch = chunks.findIndex((chunk, i) => {
      const entries = entriesOf(chunk);
      count += entries.length;
      for (const entry of entries) operations = operations.union(this.#listing.operationsOf(entry));
      return i > 0 && (operations.size > mostOperationsListed || count > mostEntriesListed);
    });
    return isTooMuch === -1 ? chunks : chunks.slice(0, isTooMuch);
  }
}

/** The chunks of a log behind the mark `upTo`, as far as none can come to lie before them any more; oldest first. */
export async function* readSettled(
  database: DynamoDatabase,
  shard: number,
  upTo: string,
): AsyncGenerator<LogChunk> {
  const until = placeAt(Date.now() - listedAfterMs);
  if (upTo >= until) return;
  yield* database.query<LogChunk>({
    table: 'downloads',
    partition: logOf(shard),
    // `!` is the first character that can be seen: just behind the mark.
    sort: { between: [`${upTo}!`, until] },
    pageSize: chunksAtOnce,
  });
}

function logOf(shard: number): string {
  return `log#${shard}`;
}

const marksPartition = 'log-listed';

function markKey(shard: number): Key {
  return { table: 'downloads', pk: marksPartition, sk: `${shard}` };
}
