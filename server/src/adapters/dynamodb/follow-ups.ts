// Work that follows a commit, such as taking a deleted group out of each of its members. It is put on record by the
// commit itself and taken off when done:
//
//   commit ──► on record ──► done, off the record
//                 │
//                 └── the process ended: whoever looks after a minute does it
import { randomUUID } from 'node:crypto';
import type { Attributes, DynamoDatabase } from './database.ts';
import { take } from './ranges.ts';
import type { Key } from './tables.ts';
import type { FollowUp, WorkingItems } from './working-items.ts';

/** How each kind is done. Doing it again, also partly, changes nothing. */
export type FollowUpWorkers = Readonly<Record<string, (payload: Attributes) => Promise<void>>>;

interface FollowUpRow extends FollowUp {
  readonly sk: string;
  /** When it was committed, in milliseconds. */
  readonly since: number;
}

const partition = 'unfinished';
const keyIn = (row: { readonly sk: string }): Key => ({ table: 'jobs', pk: partition, sk: row.sk });

/** Younger ones are at work. */
const interruptedAfterMs = 60_000;
const lookedForEveryMs = 60_000;
const takenUpAtOnce = 100;

export class FollowUps {
  readonly #database: DynamoDatabase;
  readonly #workers: FollowUpWorkers;
  #lookedAt = Number.NEGATIVE_INFINITY;

  constructor(database: DynamoDatabase, workers: FollowUpWorkers) {
    this.#database = database;
    this.#workers = workers;
  }

  /** Puts what is to follow on the commit's record. */
  noteIn(items: WorkingItems): readonly FollowUpRow[] {
    const since = Date.now();
    return items.followUps.map((followUp) => {
      const row = { ...followUp, since, sk: randomUUID() };
      items.put(keyIn(row), { kind: row.kind, payload: row.payload, since });
      return row;
    });
  }

  /** Does it. Rejects when it could not be done: then it is left to whoever looks for what was interrupted. */
  async finish(rows: readonly FollowUpRow[]): Promise<void> {
    await Promise.all(rows.map((row) => this.#finish(row)));
    if (rows.length > 0) await this.finishInterrupted();
  }

  /** Does what others have left. Looks at most once a minute, so that it can be called often. */
  async finishInterrupted(): Promise<void> {
    const now = performance.now();
    if (now - this.#lookedAt < lookedForEveryMs) return;
    this.#lookedAt = now;
    const rows = this.#database.query<FollowUpRow>({ table: 'jobs', partition });
    for (const row of await take(rows, takenUpAtOnce)) {
      const isKnown = this.#workers[row.kind] !== undefined;
      if (!isKnown || row.since > Date.now() - interruptedAfterMs) continue;
      // Nobody waits for it; what cannot be done now is found again.
      await this.#finish(row).catch(() => {});
    }
  }

  async #finish(row: FollowUpRow): Promise<void> {
    const work = this.#workers[row.kind];
    if (work === undefined) throw new Error(`No follow-up is called ${row.kind}`);
    await work(row.payload);
    await this.#database.delete(keyIn(row));
  }
}
