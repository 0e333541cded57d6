// Which audit entries may not be in the tree yet, in the table `downloads`:
//
//   tree-taken    <shard>        the chunk of that log up to which all entries are in the tree
//   tree-waiting  <chunk place>  chunks that went into the lists directly, past the logs, and are not in the tree
//
// So an entry costs no further write: those of a log are found behind the mark, as those are that are to be listed, and
// as late, because a chunk may still come to lie before others for as long (see audit-tail.ts).
import type { AuditEntry } from '../../core/audit/index.ts';
import { type ChunkRow, entriesOf } from './audit-chunks.ts';
import { type LogChunk, readSettled, shards } from './audit-tail.ts';
import type { DynamoDatabase, KeyPair } from './database.ts';
import { take } from './ranges.ts';
import type { Key } from './tables.ts';
import type { WorkingItems } from './working-items.ts';

/** An entry, and the chunk that it lies in. */
export interface FoundEntry {
  readonly entry: AuditEntry;
  readonly chunk: KeyPair;
}

/** What has been looked at, and what is to be remembered when all of it is in the tree. */
export interface Looked {
  readonly found: readonly FoundEntry[];
  /** Sort keys of `tree-waiting`. */
  readonly waiting: readonly string[];
  /** How far each log was read. */
  readonly logs: readonly { readonly shard: number; readonly upTo: string }[];
  readonly more: boolean;
}

interface TakenRow {
  readonly shard: number;
  readonly upTo: string;
}

interface WaitingRow {
  readonly sk: string;
  readonly chunks: readonly KeyPair[];
}

const takenPartition = 'tree-taken';
const waitingPartition = 'tree-waiting';
const rowsAtOnce = 10;

const takenKey = (shard: number): Key => ({ table: 'downloads', pk: takenPartition, sk: `${shard}` });
const waitingKey = (sk: string): Key => ({ table: 'downloads', pk: waitingPartition, sk });

/** Notes that chunks which are in no log wait for the tree. */
export function putWaiting(items: WorkingItems, chunks: readonly KeyPair[]): void {
  const [first] = chunks;
  if (first !== undefined) items.put(waitingKey(first.sk), { chunks });
}

/** `fits`: may these be looked at together with those that were found before? Some always are. */
export async function lookForWaiting(
  database: DynamoDatabase,
  fits: (found: readonly FoundEntry[], next: readonly FoundEntry[]) => boolean,
): Promise<Looked> {
  const found: FoundEntry[] = [];
  const waiting: string[] = [];
  const logs = new Map<number, { shard: number; upTo: string }>();
  const looked = (more: boolean): Looked => ({ found, waiting, logs: [...logs.values()], more });
  const rows = database.query<WaitingRow>({
    table: 'downloads',
    partition: waitingPartition,
    pageSize: rowsAtOnce,
  });
  for await (const { sk, chunks } of rows) {
    const next = await entriesIn(database, chunks);
    if (waiting.length === rowsAtOnce || (waiting.length > 0 && !fits(found, next))) return looked(true);
    found.push(...next);
    waiting.push(sk);
  }
  const marks = await take(
    database.query<TakenRow>({ table: 'downloads', partition: takenPartition }),
    shards,
  );
  for (let shard = 0; shard < shards; shard++) {
    const taken = marks.find((mark) => mark.shard === shard)?.upTo ?? '';
    for await (const chunk of readSettled(database, shard, taken)) {
      const next = foundIn(chunk);
      if (found.length > 0 && !fits(found, next)) return looked(true);
      found.push(...next);
      logs.set(shard, { shard, upTo: chunk.sk });
    }
  }
  return looked(false);
}

/** All of it is in the tree, or will be when these items are written. */
export async function forgetWaiting(
  items: WorkingItems,
  { waiting, logs }: Pick<Looked, 'waiting' | 'logs'>,
): Promise<void> {
  for (const sk of waiting) items.delete(waitingKey(sk));
  for (const { shard, upTo } of logs) {
    const mark = await items.get<TakenRow>(takenKey(shard));
    if (mark === null || mark.upTo < upTo) items.put(takenKey(shard), { shard, upTo } satisfies TakenRow);
  }
}

/** Entries by the chunks that they lie in. */
export async function entriesIn(
  database: DynamoDatabase,
  chunks: readonly KeyPair[],
): Promise<readonly FoundEntry[]> {
  const rows = await database.getMany<ChunkRow & KeyPair>(
    chunks.map((chunk) => ({ table: 'downloads', ...chunk })),
  );
  return rows.flatMap((row) => (row === null ? [] : foundIn(row)));
}

function foundIn(chunk: LogChunk): FoundEntry[] {
  const { pk, sk } = chunk;
  return entriesOf(chunk).map((entry) => ({ entry, chunk: { pk, sk } }));
}
