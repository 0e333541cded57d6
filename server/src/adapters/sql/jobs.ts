import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import { RegistryError } from '../../core/errors.ts';
import type {
  DeadJob,
  JobKind,
  JobNotDue,
  JobQueue,
  JobQueued,
  JobRevived,
  JobStatistics,
  LeasedJob,
} from '../../core/jobs/index.ts';
import { type Page, type PageRequest, pageOf, sortKeyOf } from '../../core/paging.ts';
import type { ChangeAppliers } from './change-appliers.ts';
import type { SqlDatabase } from './sql-database.ts';

export interface JobRow {
  id: string;
  kind: string;
  /** JSON. */
  payload: string;
  state: string;
  run_at: number;
  due_at: number;
  attempt: number;
  lease_id: string | null;
  failed_at: number | null;
  failure: string | null;
}

export interface JobTables {
  jobs: JobRow;
}

export const jobChanges: ChangeAppliers<JobQueued | JobRevived> = {
  'job.queue': (write, { job }) =>
    write
      .insertInto('jobs')
      .values({
        id: job.id,
        kind: job.kind,
        payload: JSON.stringify(job.payload),
        state: 'waiting',
        run_at: job.runAt.getTime(),
        due_at: job.runAt.getTime(),
        attempt: 0,
        lease_id: null,
        failed_at: null,
        failure: null,
      })
      .onConflict((conflict) => conflict.column('id').doNothing())
      .execute(),

  'job.revive': async (write, { jobId, runAt }) => {
    const revived = await write
      .updateTable('jobs')
      .set({ state: 'waiting', attempt: 0, run_at: runAt.getTime(), due_at: runAt.getTime(), failure: null })
      .where('id', '=', jobId)
      .where('state', '=', 'dead')
      .executeTakeFirst();
    if (revived.numUpdatedRows === 0n) {
      throw new RegistryError('state-conflict', `There is no dead job ${JSON.stringify(jobId)}.`);
    }
  },
};

/** In the text of the query, where SQLite sees which of its indexes hold all jobs that are sought. */
const dead = sql.lit('dead');

/**
 * Leases and their ends are written relaxed: what a power cut takes back of them is done again, as after a crash.
 */
export class SqlJobQueue implements JobQueue {
  readonly #database: SqlDatabase;

  constructor(database: SqlDatabase) {
    this.#database = database;
  }

  async lease(kinds: readonly JobKind[], now: Date, leaseMs: number): Promise<LeasedJob | null> {
    if ((await this.#firstDue(kinds, now)) === undefined) return null;
    const until = now.getTime() + leaseMs;
    const row = await this.#database.relaxed((write) =>
      write
        .updateTable('jobs')
        .set((eb) => ({
          state: 'running',
          due_at: until,
          attempt: eb('attempt', '+', 1),
          lease_id: randomUUID(),
        }))
        .where('id', '=', (eb) =>
          this.#database.dialect.claimingFree(
            eb
              .selectFrom('jobs as due')
              .select('due.id')
              .where('due.state', '<>', dead)
              .where('due.due_at', '<=', now.getTime())
              .where('due.kind', 'in', kinds)
              .orderBy('due.due_at')
              .limit(1),
          ),
        )
        .returningAll()
        .executeTakeFirst(),
    );
    return row === undefined ? null : leasedJobOf(row);
  }

  async leaseJob(id: string, now: Date, leaseMs: number): Promise<LeasedJob | JobNotDue | null> {
    const row = await this.#database.relaxed((write) =>
      write
        .updateTable('jobs')
        .set((eb) => ({
          state: 'running',
          due_at: now.getTime() + leaseMs,
          attempt: eb('attempt', '+', 1),
          lease_id: randomUUID(),
        }))
        .where('id', '=', id)
        .where('state', '<>', dead)
        .where('due_at', '<=', now.getTime())
        .returningAll()
        .executeTakeFirst(),
    );
    if (row !== undefined) return leasedJobOf(row);
    const kept = await this.#database.read
      .selectFrom('jobs')
      .select('due_at')
      .where('id', '=', id)
      .where('state', '<>', dead)
      .executeTakeFirst();
    return kept === undefined ? null : { dueAt: new Date(kept.due_at) };
  }

  /** Asked on the reading side first: an idle queue costs no write lock. */
  #firstDue(kinds: readonly JobKind[], now: Date) {
    return this.#database.read
      .selectFrom('jobs')
      .select('id')
      .where('state', '<>', dead)
      .where('due_at', '<=', now.getTime())
      .where('kind', 'in', kinds)
      .limit(1)
      .executeTakeFirst();
  }

  async prolong(job: LeasedJob, until: Date): Promise<boolean> {
    const prolonged = await this.#database.relaxed((write) =>
      write
        .updateTable('jobs')
        .set({ due_at: until.getTime() })
        .where('id', '=', job.id)
        .where('lease_id', '=', job.leaseId)
        .executeTakeFirst(),
    );
    return prolonged.numUpdatedRows > 0n;
  }

  async finish(job: LeasedJob): Promise<boolean> {
    const finished = await this.#database.relaxed((write) =>
      write
        .deleteFrom('jobs')
        .where('id', '=', job.id)
        .where('lease_id', '=', job.leaseId)
        .executeTakeFirst(),
    );
    return finished.numDeletedRows > 0n;
  }

  async fail(job: LeasedJob, failure: string, runAt: Date | null, now: Date): Promise<boolean> {
    const dueAt = (runAt ?? now).getTime();
    const failed = await this.#database.write
      .updateTable('jobs')
      .set({
        state: runAt === null ? 'dead' : 'waiting',
        run_at: dueAt,
        due_at: dueAt,
        lease_id: null,
        failed_at: now.getTime(),
        failure,
      })
      .where('id', '=', job.id)
      .where('lease_id', '=', job.leaseId)
      .executeTakeFirst();
    return failed.numUpdatedRows > 0n;
  }

  async giveBack(job: LeasedJob, dueAt: Date): Promise<boolean> {
    const givenBack = await this.#database.relaxed((write) =>
      write
        .updateTable('jobs')
        .set({ state: 'waiting', due_at: dueAt.getTime(), lease_id: null, attempt: job.attempt - 1 })
        .where('id', '=', job.id)
        .where('lease_id', '=', job.leaseId)
        .executeTakeFirst(),
    );
    return givenBack.numUpdatedRows > 0n;
  }

  async listDead(page: PageRequest): Promise<Page<DeadJob>> {
    let query = this.#database.read.selectFrom('jobs').selectAll().where('state', '=', dead);
    if (page.after !== undefined) {
      const [failedAt, id] = sortKeyOf(page.after, ['number', 'string']) as [number, string];
      query = query.where(sql<boolean>`(failed_at, id) < (${failedAt}, ${id})`);
    }
    const rows = await query
      .orderBy('failed_at', 'desc')
      .orderBy('id', 'desc')
      .limit(page.limit + 1)
      .execute();
    return pageOf(rows, page.limit, (row) => [row.failed_at ?? 0, row.id], deadJobOf);
  }

  async statistics(now: Date): Promise<readonly JobStatistics[]> {
    const rows = await this.#database.staleRead
      .selectFrom('jobs')
      .select([
        'kind',
        sql<number>`count(*) FILTER (WHERE state = 'waiting')`.as('waiting'),
        sql<number>`count(*) FILTER (WHERE state = 'running')`.as('running'),
        sql<number>`count(*) FILTER (WHERE state = 'dead')`.as('dead'),
        sql<number | null>`min(run_at) FILTER (WHERE state <> 'dead' AND run_at <= ${now.getTime()})`.as(
          'oldest',
        ),
      ])
      .groupBy('kind')
      .orderBy('kind')
      .execute();
    return rows.map(({ kind, oldest, ...counts }) => ({
      kind: kind as JobKind,
      ...counts,
      oldestDueAt: oldest === null ? null : new Date(oldest),
    }));
  }
}

function leasedJobOf(row: JobRow): LeasedJob {
  return {
    id: row.id,
    kind: row.kind as JobKind,
    payload: JSON.parse(row.payload),
    runAt: new Date(row.run_at),
    leaseId: row.lease_id ?? '',
    attempt: row.attempt,
    leasedUntil: new Date(row.due_at),
  };
}

function deadJobOf(row: JobRow): DeadJob {
  return {
    id: row.id,
    kind: row.kind as JobKind,
    payload: JSON.parse(row.payload),
    runAt: new Date(row.run_at),
    attempts: row.attempt,
    failedAt: new Date(row.failed_at ?? 0),
    failure: row.failure ?? '',
  };
}
