import type { AttemptCount, LoginAttempts } from '../../core/access/index.ts';
import type { SqlDatabase } from './sql-database.ts';

interface LoginAttemptRow {
  key: string;
  failures: number;
  wait_until: number;
  forget_at: number;
}

export interface LoginAttemptTables {
  login_attempts: LoginAttemptRow;
}

const removedAtOnce = 500;

export class SqlLoginAttempts implements LoginAttempts {
  readonly #database: SqlDatabase;

  constructor(database: SqlDatabase) {
    this.#database = database;
  }

  async find(key: string): Promise<AttemptCount | null> {
    const row = await this.#database.read
      .selectFrom('login_attempts')
      .selectAll()
      .where('key', '=', key)
      .executeTakeFirst();
    if (row === undefined) return null;
    return {
      failures: row.failures,
      waitUntil: new Date(row.wait_until),
      forgetAt: new Date(row.forget_at),
    };
  }

  async replace(key: string, expected: AttemptCount | null, count: AttemptCount): Promise<boolean> {
    const columns = columnsOf(count);
    return this.#database.relaxed(async (write) => {
      if (expected === null) {
        const { numInsertedOrUpdatedRows } = await write
          .insertInto('login_attempts')
          .values({ key, ...columns })
          .onConflict((conflict) => conflict.column('key').doNothing())
          .executeTakeFirstOrThrow();
        return numInsertedOrUpdatedRows === 1n;
      }
      const was = columnsOf(expected);
      const { numUpdatedRows } = await write
        .updateTable('login_attempts')
        .set(columns)
        .where('key', '=', key)
        .where('failures', '=', was.failures)
        .where('wait_until', '=', was.wait_until)
        .where('forget_at', '=', was.forget_at)
        .executeTakeFirst();
      return numUpdatedRows === 1n;
    });
  }

  async removeForgotten(now: Date): Promise<void> {
    const forgotten = await this.#database.read
      .selectFrom('login_attempts')
      .select('key')
      .where('forget_at', '<=', now.getTime())
      .limit(removedAtOnce)
      .execute();
    if (forgotten.length === 0) return;
    const keys = forgotten.map((row) => row.key);
    await this.#database.relaxed((write) =>
      write
        .deleteFrom('login_attempts')
        .where('key', 'in', keys)
        .where('forget_at', '<=', now.getTime())
        .execute(),
    );
  }
}

function columnsOf(count: AttemptCount): Omit<LoginAttemptRow, 'key'> {
  return {
    failures: count.failures,
    wait_until: count.waitUntil.getTime(),
    forget_at: count.forgetAt.getTime(),
  };
}
