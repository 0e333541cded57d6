// Jobs, in the table `jobs`:
//
//   job#<id>  -  the job, until it is finished
//
// The index `due` has those of one kind that wait or run, in the order in which they are due; and those that are
// dead, in the order in which they died. It is behind by a moment: a lease holds only if the job is still what the
// index told of it.
import { RegistryError } from '../../core/errors.ts';
import {
  type DeadJob,
  type Job,
  type JobKind,
  type JobNotDue,
  type JobQueue,
  type JobQueued,
  type JobRevived,
  type JobStatistics,
  jobKinds,
  type LeasedJob,
} from '../../core/jobs/index.ts';
import { type Page, type PageRequest, pageOf, sortKeyOf } from '../../core/paging.ts';
import type { ChangePlanners } from './change-planners.ts';
import type { Attributes, DynamoDatabase } from './database.ts';
import { merged } from './merged.ts';
import { type SortCondition, take } from './ranges.ts';
import { alone, type Key, shardOf, shardsOf, sortableText } from './tables.ts';
import { newTag } from './working-items.ts';

/** Moments are milliseconds since 1970. */
export interface JobRow {
  readonly id: string;
  readonly kind: JobKind;
  readonly payload: Readonly<Record<string, string>>;
  readonly state: 'waiting' | 'running' | 'dead';
  readonly runAt: number;
  /** When somebody may take it: its time while it waits, the end of the lease while it runs. */
  readonly dueAt: number;
  readonly attempt: number;
  readonly leaseId: string | null;
  readonly failedAt: number | null;
  readonly failure: string | null;
  readonly duePk: string;
  readonly dueSk: string;
  readonly tag?: string;
}

/** Each takes some hundred jobs a second; an idle worker asks all of them at every poll. */
const shards = 2;

/** So many due jobs are tried before it is looked again which are due. */
const triedAtOnce = 10;

/** Statistics count so many jobs of each kind at most, whatever else waits. */
const mostCounted = 5_000;

export const jobPlanners: ChangePlanners<JobQueued | JobRevived> = {
  'job.queue': {
    reads: ({ job }) => [jobKey(job.id)],
    plan: async (items, { job }) => {
      if ((await items.get(jobKey(job.id))) !== null) return;
      items.put(jobKey(job.id), freshRow(job));
    },
  },

  'job.revive': {
    reads: ({ jobId }) => [jobKey(jobId)],
    plan: async (items, { jobId, runAt }) => {
      const row = await items.get<JobRow>(jobKey(jobId));
      if (row?.state !== 'dead') {
        throw new RegistryError('state-conflict', `There is no dead job ${JSON.stringify(jobId)}.`);
      }
      items.put(jobKey(jobId), freshRow({ ...row, runAt }));
    },
  },
};

export class DynamoJobQueue implements JobQueue {
  readonly #database: DynamoDatabase;

  constructor(database: DynamoDatabase) {
    this.#database = database;
  }

  async lease(kinds: readonly JobKind[], now: Date, leaseMs: number): Promise<LeasedJob | null> {
    const patience = this.#database.patience();
    do {
      const due = await this.#due(kinds, now);
      if (due.length === 0) return null;
      for (const row of inTurn(due)) {
        const leased = await this.#take(row, now, leaseMs);
        if (leased !== null) return leased;
      }
    } while (await patience.wait());
    return null;
  }

  async leaseJob(id: string, now: Date, leaseMs: number): Promise<LeasedJob | JobNotDue | null> {
    for (;;) {
      const row = await this.#database.get<JobRow>(jobKey(id));
      if (row === null || row.state === 'dead') return null;
      if (row.dueAt > now.getTime()) return { dueAt: new Date(row.dueAt) };
      const leased = await this.#take(row, now, leaseMs);
      if (leased !== null) return leased;
    }
  }

  /** The first that are due, of all kinds. */
  async #due(kinds: readonly JobKind[], now: Date): Promise<JobRow[]> {
    const until = { upTo: `${sortableText(now.getTime())}~` };
    const streams = kinds.flatMap(liveOf).map((partition) => this.#along(partition, until, triedAtOnce));
    return take(merged(streams, isBefore), triedAtOnce);
  }

  /** Null when the job is not any more what the row says. */
  async #take(row: JobRow, now: Date, leaseMs: number): Promise<LeasedJob | null> {
    const dueAt = now.getTime() + leaseMs;
    const taken = await this.#database.update<JobRow>(jobKey(row.id), {
      update: `${leasing}, #attempt = :attempt`,
      when: '#tag = :seen',
      values: {
        ...placed(row, 'running', dueAt),
        leaseId: newTag(),
        attempt: row.attempt + 1,
        tag: newTag(),
        seen: row.tag,
      },
    });
    return taken && leasedJobOf(taken);
  }

  prolong(job: LeasedJob, until: Date): Promise<boolean> {
    return this.#change(job, leasing, {
      ...placed(job, 'running', until.getTime()),
      leaseId: job.leaseId,
    });
  }

  finish(job: LeasedJob): Promise<boolean> {
    return this.#database.delete(jobKey(job.id), { when: '#leaseId = :mine', values: { mine: job.leaseId } });
  }

  fail(job: LeasedJob, failure: string, runAt: Date | null, now: Date): Promise<boolean> {
    const state = runAt === null ? 'dead' : 'waiting';
    const dueAt = (runAt ?? now).getTime();
    return this.#change(job, `${leasing}, #runAt = :dueAt, #failedAt = :failedAt, #failure = :failure`, {
      ...placed(job, state, dueAt),
      leaseId: null,
      failedAt: now.getTime(),
      failure,
    });
  }

  giveBack(job: LeasedJob, now: Date): Promise<boolean> {
    return this.#change(job, `${leasing}, #attempt = :attempt`, {
      ...placed(job, 'waiting', now.getTime()),
      leaseId: null,
      attempt: job.attempt - 1,
    });
  }

  /** False when the lease is lost. */
  async #change(job: LeasedJob, update: string, values: Readonly<Record<string, unknown>>): Promise<boolean> {
    const changed = await this.#database.update(jobKey(job.id), {
      update,
      when: '#leaseId = :mine',
      values: { ...values, tag: newTag(), mine: job.leaseId },
    });
    return changed !== null;
  }

  async listDead(page: PageRequest): Promise<Page<DeadJob>> {
    const below = page.after === undefined ? undefined : { below: dueSkOf(cursorKey(page.after)) };
    const streams = jobKinds.map((kind) => this.#along(deadOf(kind), below, page.limit + 1, true));
    const rows = await take(
      merged(streams, (one, other) => isBefore(other, one)),
      page.limit + 1,
    );
    return pageOf(rows, page.limit, ({ failedAt, id }) => [failedAt ?? 0, id], deadJobOf);
  }

  /** Kinds with more than `mostCounted` jobs are told to have that many. */
  async statistics(now: Date): Promise<readonly JobStatistics[]> {
    const all = await Promise.all(
      [...jobKinds].sort().map(async (kind) => {
        const rows = await Promise.all(
          [...liveOf(kind), deadOf(kind)].map((partition) => take(this.#along(partition), mostCounted)),
        );
        return statisticsOf(kind, rows.flat(), now);
      }),
    );
    return all.filter(({ waiting, running, dead }) => waiting + running + dead > 0);
  }

  #along(partition: string, sort?: SortCondition, pageSize?: number, descending = false) {
    return this.#database.query<JobRow>({
      table: 'jobs',
      index: 'due',
      partition,
      descending,
      ...(sort !== undefined && { sort }),
      ...(pageSize !== undefined && { pageSize }),
    });
  }
}

/** The one that is due longest first. Whoever fails to take it goes on anywhere, not where all others do. */
function inTurn([first, ...others]: readonly JobRow[]): JobRow[] {
  const start = Math.floor(Math.random() * others.length);
  return first === undefined ? [] : [first, ...others.slice(start), ...others.slice(0, start)];
}

const leasing =
  'SET #state = :state, #dueAt = :dueAt, #duePk = :duePk, #dueSk = :dueSk, #leaseId = :leaseId, #tag = :tag';

/** What says where in the index the job is. */
export function placed({ id, kind }: Pick<Job, 'id' | 'kind'>, state: JobRow['state'], dueAt: number) {
  const duePk = state === 'dead' ? deadOf(kind) : shardOf(`due#${kind}`, id, shards);
  return { state, dueAt, duePk, dueSk: dueSkOf([dueAt, id]) };
}

function freshRow({
  id,
  kind,
  payload,
  runAt,
}: Pick<Job, 'id' | 'kind' | 'payload'> & { runAt: Date }): Attributes {
  return {
    id,
    kind,
    payload,
    runAt: runAt.getTime(),
    attempt: 0,
    leaseId: null,
    failedAt: null,
    failure: null,
    ...placed({ id, kind }, 'waiting', runAt.getTime()),
  } satisfies JobRow;
}

export function jobKey(id: string): Key {
  return { table: 'jobs', pk: `job#${id}`, sk: alone };
}

function liveOf(kind: JobKind): readonly string[] {
  return shardsOf(`due#${kind}`, shards);
}

function deadOf(kind: JobKind): string {
  return `dead#${kind}`;
}

function dueSkOf([dueAt, id]: readonly [number, string]): string {
  return `${sortableText(dueAt)}#${id}`;
}

function isBefore(one: JobRow, other: JobRow): boolean {
  return one.dueSk < other.dueSk;
}

function cursorKey(cursor: string): [number, string] {
  return sortKeyOf(cursor, ['number', 'string']) as [number, string];
}

function statisticsOf(kind: JobKind, rows: readonly JobRow[], now: Date): JobStatistics {
  const count = (state: JobRow['state']) =>
    Math.min(rows.filter((row) => row.state === state).length, mostCounted);
  const waits = rows.filter((row) => row.state !== 'dead' && row.runAt <= now.getTime());
  const oldest = waits.reduce((earliest, { runAt }) => Math.min(earliest, runAt), Number.POSITIVE_INFINITY);
  return {
    kind,
    waiting: count('waiting'),
    running: count('running'),
    dead: count('dead'),
    oldestDueAt: waits.length === 0 ? null : new Date(oldest),
  };
}

function leasedJobOf(row: JobRow): LeasedJob {
  return {
    id: row.id,
    kind: row.kind,
    payload: row.payload,
    runAt: new Date(row.runAt),
    leaseId: row.leaseId ?? '',
    attempt: row.attempt,
    leasedUntil: new Date(row.dueAt),
  };
}

function deadJobOf(row: JobRow): DeadJob {
  return {
    id: row.id,
    kind: row.kind,
    payload: row.payload,
    runAt: new Date(row.runAt),
    attempts: row.attempt,
    failedAt: new Date(row.failedAt ?? 0),
    failure: row.failure ?? '',
  };
}
