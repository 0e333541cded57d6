import type { Generated } from 'kysely';
import { RegistryError } from '../../core/errors.ts';
import {
  type EventAppended,
  type EventKind,
  type EventStore,
  type RegistryEvent,
  tellingJob,
} from '../../core/events/index.ts';
import type { ChangeAppliers } from './change-appliers.ts';
import { jobChanges } from './jobs.ts';
import type { SqlDatabase } from './sql-database.ts';

interface EventRow {
  id: string;
  at: number;
  kind: string;
  user_id: string;
  upload_id: string | null;
  package_id: string | null;
  version_id: string | null;
  /** JSON. */
  data: string;
}

export interface EventTables {
  events: EventRow & { position: Generated<number> };
}

export const eventChanges: ChangeAppliers<EventAppended> = {
  'event.append': async (write, { event }, dialect) => {
    // Until this commit is seen by all: whoever sees a position has seen all before it.
    await dialect.lock(write, 'events');
    await write
      .insertInto('events')
      .values(eventRowOf(event))
      .onConflict((conflict) => conflict.column('id').doNothing())
      .execute();
    await jobChanges['job.queue'](write, { change: 'job.queue', job: tellingJob(event) }, dialect);
  },
};

export class SqlEventStore implements EventStore {
  readonly #database: SqlDatabase;

  constructor(database: SqlDatabase) {
    this.#database = database;
  }

  async find(id: string): Promise<RegistryEvent | null> {
    const row = await this.#database.read
      .selectFrom('events')
      .selectAll()
      .where('id', '=', id)
      .executeTakeFirst();
    return row === undefined ? null : eventOf(row);
  }

  async listAfter(
    userId: string | null,
    afterId: string | null,
    limit: number,
  ): Promise<readonly RegistryEvent[]> {
    const position = afterId === null ? 0 : await this.#positionOf(afterId, userId);
    const rows = await this.#concerning(userId)
      .where('position', '>', position)
      .orderBy('position')
      .limit(limit)
      .execute();
    return rows.map(eventOf);
  }

  async last(userId: string | null): Promise<RegistryEvent | null> {
    const row = await this.#concerning(userId).orderBy('position', 'desc').limit(1).executeTakeFirst();
    return row === undefined ? null : eventOf(row);
  }

  #concerning(userId: string | null) {
    const all = this.#database.read.selectFrom('events').selectAll();
    return userId === null ? all : all.where('user_id', '=', userId);
  }

  async #positionOf(id: string, userId: string | null): Promise<number> {
    const row = await this.#concerning(userId).where('id', '=', id).executeTakeFirst();
    if (row === undefined)
      throw new RegistryError('invalid-cursor', `There is no event ${JSON.stringify(id)}.`);
    return row.position;
  }
}

export function eventRowOf(event: RegistryEvent): EventRow {
  return {
    id: event.id,
    at: event.at.getTime(),
    kind: event.kind,
    user_id: event.userId,
    upload_id: event.uploadId,
    package_id: event.packageId,
    version_id: event.versionId,
    data: JSON.stringify(event.data),
  };
}

export function eventOf(row: EventRow): RegistryEvent {
  return {
    id: row.id,
    at: new Date(row.at),
    kind: row.kind as EventKind,
    userId: row.user_id,
    uploadId: row.upload_id,
    packageId: row.package_id,
    versionId: row.version_id,
    data: JSON.parse(row.data),
  };
}
