// Entries of the audit log lie in chunks: those of one list that were appended together and are of the same minute
// are one item, compressed, so that a busy registry pays for a few items a second, not for several an entry.
//
// A list is a partition of the table `downloads`. The sort key of a chunk is the place of its newest entry; chunks
// may overlap, but by no more than a minute.
import { deflateRawSync, inflateRawSync } from 'node:zlib';
import type { AuditEntry } from '../../core/audit/index.ts';
import type { DynamoDatabase, KeyPair } from './database.ts';
import { sortableText } from './tables.ts';
import type { WorkingItems } from './working-items.ts';

export interface ChunkRow {
  readonly sk: string;
  readonly entries: Uint8Array;
}

/** Entries at or behind `from`, and before `until`; both are places. */
export interface Span {
  readonly from: string;
  readonly until: string;
  /** Only those in chunks whose sort key comes behind this one. */
  readonly behind?: string;
}

const minuteMs = 60_000;
const chunksAtOnce = 50;

/** A text that sorts by time, then by id. Without id it lies before all entries of that time. */
export function placeAt(milliseconds: number, id = ''): string {
  return `${sortableText(milliseconds)}#${id}`;
}

export function placeOf({ at, id }: Pick<AuditEntry, 'at' | 'id'>): string {
  return placeAt(at.getTime(), id);
}

export function isNewer(one: AuditEntry, other: AuditEntry): boolean {
  return placeOf(one) > placeOf(other);
}

/** Puts the entries into the list, which has none of them. Tells the chunks. */
export function putChunks(
  items: WorkingItems,
  partition: string,
  entries: readonly AuditEntry[],
): readonly KeyPair[] {
  const chunks: KeyPair[] = [];
  for (const ofMinute of Map.groupBy(entries, ({ at }) => minuteOf(at.getTime())).values()) {
    const sorted = ofMinute.toSorted(newestFirst);
    const [newest] = sorted;
    if (newest === undefined) continue;
    const chunk = { pk: partition, sk: placeOf(newest) };
    items.put({ table: 'downloads', ...chunk }, { entries: deflateRawSync(JSON.stringify(sorted)) });
    chunks.push(chunk);
  }
  return chunks;
}

/** The entries of a list, newest first. */
export async function* entriesAlong(
  database: DynamoDatabase,
  partition: string,
  { from, until, behind = '' }: Span,
): AsyncGenerator<AuditEntry> {
  const lastNewest = until === '' ? '~' : placeAt((minuteOf(millisecondsOf(until)) + 1) * minuteMs);
  // `!` is the first character that can be seen.
  const first = behind < from ? from : `${behind}!`;
  if (lastNewest < first) return;
  const chunks = database.query<ChunkRow>({
    table: 'downloads',
    partition,
    sort: { between: [first, lastNewest] },
    descending: true,
    pageSize: chunksAtOnce,
  });
  let read: AuditEntry[] = [];
  for await (const chunk of chunks) {
    // What is newer than this chunk's newest entry cannot come any more.
    const ready = read.filter((entry) => placeOf(entry) > chunk.sk);
    yield* ready;
    const entries = entriesOf(chunk).filter((entry) => liesIn({ from, until }, entry));
    read = [...read.slice(ready.length), ...entries].sort(newestFirst);
  }
  yield* read;
}

export function entriesOf({ entries }: ChunkRow): AuditEntry[] {
  const given: (Omit<AuditEntry, 'at'> & { at: string })[] = JSON.parse(inflateRawSync(entries).toString());
  return given.map((entry) => ({ ...entry, at: new Date(entry.at) }));
}

function liesIn({ from, until }: Span, entry: AuditEntry): boolean {
  const place = placeOf(entry);
  return place >= from && (until === '' || place < until);
}

function minuteOf(milliseconds: number): number {
  return Math.floor(milliseconds / minuteMs);
}

function millisecondsOf(place: string): number {
  return Number(place.slice(0, place.indexOf('#')));
}

function newestFirst(one: AuditEntry, other: AuditEntry): number {
  return isNewer(one, other) ? -1 : 1;
}
