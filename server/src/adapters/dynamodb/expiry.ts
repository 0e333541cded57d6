// Items of the table `tokens` that are of no use from some time on. DynamoDB removes them itself, days later and for
// nothing; an index by time finds them earlier.
import type { DynamoDatabase } from './database.ts';
import { take } from './ranges.ts';
import { type Key, shardOf, shardsOf, sortableText } from './tables.ts';

type Kind = 'token' | 'attempt';

export interface ExpiryAttributes {
  /** In seconds, rounded up: from then on DynamoDB may remove the item. */
  readonly expires: number;
  readonly expiryPk: string;
  /** In milliseconds. */
  readonly expirySk: string;
}

const shards = 4;
const removedAtOnce = 200;

/** Callers ask with every login; DynamoDB is asked once in so long. */
const lookedForEveryMs = 60_000;

/** For an item that may go from that moment on. */
export function expiringAt(kind: Kind, moment: Date, id: string): ExpiryAttributes {
  return {
    expires: Math.ceil(moment.getTime() / 1_000),
    expiryPk: shardOf(kind, id, shards),
    expirySk: sortableText(moment.getTime()),
  };
}

export class Expiry {
  readonly #database: DynamoDatabase;
  readonly #kind: Kind;
  #lookedAt = Number.NEGATIVE_INFINITY;

  constructor(database: DynamoDatabase, kind: Kind) {
    this.#database = database;
    this.#kind = kind;
  }

  /** Removes some of the items that expired before, unless that was done just before. */
  async remove(before: Date): Promise<void> {
    const now = performance.now();
    if (now - this.#lookedAt < lookedForEveryMs) return;
    this.#lookedAt = now;
    await Promise.all(shardsOf(this.#kind, shards).map((partition) => this.#removeIn(partition, before)));
  }

  async #removeIn(partition: string, before: Date): Promise<void> {
    const below = sortableText(before.getTime());
    const range = { table: 'tokens', index: 'expiry', partition, sort: { below } } as const;
    const expired = await take(
      this.#database.query<{ pk: string; sk: string }>({ ...range, pageSize: removedAtOnce }),
      removedAtOnce,
    );
    for (const { pk, sk } of expired) {
      const key: Key = { table: 'tokens', pk, sk };
      // The index may be behind: what has been given more time stays.
      await this.#database.delete(key, {
        when: 'attribute_not_exists(#pk) OR #expirySk < :below',
        values: { below },
      });
    }
  }
}
