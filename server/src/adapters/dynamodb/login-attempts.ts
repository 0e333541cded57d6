import type { AttemptCount, LoginAttempts } from '../../core/access/index.ts';
import type { DynamoDatabase } from './database.ts';
import { Expiry, expiringAt } from './expiry.ts';
import { alone, type Key } from './tables.ts';

interface AttemptRow {
  readonly failures: number;
  readonly waitUntil: number;
  readonly forgetAt: number;
}

const attemptKey = (key: string): Key => ({ table: 'tokens', pk: `attempts#${key}`, sk: alone });

/** Of the table `tokens`: `attempts#<key>`. */
export class DynamoLoginAttempts implements LoginAttempts {
  readonly #database: DynamoDatabase;
  readonly #expiry: Expiry;

  constructor(database: DynamoDatabase) {
    this.#database = database;
    this.#expiry = new Expiry(database, 'attempt');
  }

  async find(key: string): Promise<AttemptCount | null> {
    const row = await this.#database.get<AttemptRow>(attemptKey(key));
    if (row === null) return null;
    return {
      failures: row.failures,
      waitUntil: new Date(row.waitUntil),
      forgetAt: new Date(row.forgetAt),
    };
  }

  replace(key: string, expected: AttemptCount | null, count: AttemptCount): Promise<boolean> {
    const condition =
      expected === null
        ? { when: 'attribute_not_exists(#pk)' }
        : {
            when: '#failures = :failures AND #waitUntil = :waitUntil AND #forgetAt = :forgetAt',
            values: { ...rowOf(expected) },
          };
    // What is not forgotten before a moment is forgotten at it.
    const expiry = expiringAt('attempt', new Date(count.forgetAt.getTime() - 1), key);
    return this.#database.put(attemptKey(key), { ...rowOf(count), ...expiry }, condition);
  }

  removeForgotten(now: Date): Promise<void> {
    return this.#expiry.remove(now);
  }
}

function rowOf({ failures, waitUntil, forgetAt }: AttemptCount): AttemptRow {
  return { failures, waitUntil: waitUntil.getTime(), forgetAt: forgetAt.getTime() };
}
