import { sql } from 'kysely';
import type { ContentHeld, ContentHolds, ContentReleased } from '../../core/content/index.ts';
import { RegistryError } from '../../core/errors.ts';
import type { ChangeAppliers } from './change-appliers.ts';
import type { SqlDatabase } from './sql-database.ts';

export interface ContentHoldTables {
  content_holds: { digest: string; version_id: string };
  content_removals: { digest: string };
}

export const contentHoldChanges: ChangeAppliers<ContentHeld | ContentReleased> = {
  'content.hold': async (write, { digest, versionId }, dialect) => {
    await dialect.lock(write, lockOf(digest));
    const removal = await write
      .selectFrom('content_removals')
      .select('digest')
      .where('digest', '=', digest)
      .executeTakeFirst();
    if (removal !== undefined) {
      throw new RegistryError('unavailable', `The content ${digest} is just being removed; try again.`);
    }
    await write
      .insertInto('content_holds')
      .values({ digest, version_id: versionId })
      .onConflict((conflict) => conflict.doNothing())
      .execute();
  },

  'content.release': (write, { digest, versionId }) =>
    write
      .deleteFrom('content_holds')
      .where('digest', '=', digest)
      .where('version_id', '=', versionId)
      .execute(),
};

/** Holding looks for a removal, and a removal for holds: one of them at a time. */
function lockOf(digest: string): string {
  return `content ${digest}`;
}

export class SqlContentHolds implements ContentHolds {
  readonly #database: SqlDatabase;

  constructor(database: SqlDatabase) {
    this.#database = database;
  }

  async isHeld(digest: string): Promise<boolean> {
    const hold = await this.#database.read
      .selectFrom('content_holds')
      .select('digest')
      .where('digest', '=', digest)
      .limit(1)
      .executeTakeFirst();
    return hold !== undefined;
  }

  claimRemoval(digest: string): Promise<boolean> {
    return this.#database.transaction(async (write) => {
      await this.#database.dialect.lock(write, lockOf(digest));
      await sql`INSERT INTO content_removals (digest) SELECT ${digest}
        WHERE NOT EXISTS (SELECT 1 FROM content_holds WHERE digest = ${digest})
        ON CONFLICT DO NOTHING`.execute(write);
      const claimed = await write
        .selectFrom('content_removals')
        .select('digest')
        .where('digest', '=', digest)
        .executeTakeFirst();
      return claimed !== undefined;
    });
  }

  async forgetRemoval(digest: string): Promise<void> {
    await this.#database.write.deleteFrom('content_removals').where('digest', '=', digest).execute();
  }
}
