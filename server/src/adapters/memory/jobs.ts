import { RegistryError } from '../../core/errors.ts';
import type {
  DeadJob,
  Job,
  JobKind,
  JobNotDue,
  JobQueue,
  JobQueued,
  JobRevived,
  JobStatistics,
  LeasedJob,
} from '../../core/jobs/index.ts';
import type { Page, PageRequest } from '../../core/paging.ts';
import type { KeptJob } from '../../core/transfer/index.ts';
import type { KeptRecords } from './kept-records.ts';
import type { MemoryAppliers } from './memory-engine.ts';
import { memoryPage } from './paging.ts';

interface StoredJob {
  readonly job: Job;
  readonly state: 'waiting' | 'running' | 'dead';
  /** When somebody may take it: its time while it waits, the end of the lease while it runs. */
  readonly dueAt: Date;
  readonly attempt: number;
  readonly leaseId: string | null;
  readonly failedAt: Date | null;
  readonly failure: string;
}

export class MemoryJobQueue implements JobQueue {
  readonly #jobs = new Map<string, StoredJob>();
  #leases = 0;
  readonly kept: KeptRecords<KeptJob> = {
    all: () => [...this.#jobs.values()].map(keptJobOf),
    put: ({ id, kind, payload, runAt, state, attempt, failedAt, failure }) =>
      this.#jobs.set(id, {
        job: { id, kind, payload, runAt },
        state,
        dueAt: runAt,
        attempt,
        leaseId: null,
        failedAt,
        failure: failure ?? '',
      }),
    remove: ({ id }) => this.#jobs.delete(id),
  };

  readonly appliers: MemoryAppliers<JobQueued | JobRevived> = {
    'job.queue': ({ job }) => {
      if (this.#jobs.has(job.id)) return () => {};
      const fresh = { state: 'waiting', attempt: 0, leaseId: null, failedAt: null, failure: '' } as const;
      return this.#put(job.id, { job, dueAt: job.runAt, ...fresh });
    },
    'job.revive': ({ jobId, runAt }) => {
      const kept = this.#jobs.get(jobId);
      if (kept?.state !== 'dead') {
        throw new RegistryError('state-conflict', `There is no dead job ${JSON.stringify(jobId)}.`);
      }
      const job = { ...kept.job, runAt };
      return this.#put(jobId, { ...kept, job, state: 'waiting', dueAt: runAt, attempt: 0 });
    },
  };

  #put(id: string, kept: StoredJob): () => void {
    const before = this.#jobs.get(id);
    this.#jobs.set(id, kept);
    return () => (before === undefined ? this.#jobs.delete(id) : this.#jobs.set(id, before));
  }

  async lease(kinds: readonly JobKind[], now: Date, leaseMs: number): Promise<LeasedJob | null> {
    const due = [...this.#jobs.values()]
      .filter(({ state, dueAt, job }) => state !== 'dead' && dueAt <= now && kinds.includes(job.kind))
      .sort((a, b) => a.dueAt.getTime() - b.dueAt.getTime())[0];
    return due === undefined ? null : this.#lease(due, now, leaseMs);
  }

  async leaseJob(id: string, now: Date, leaseMs: number): Promise<LeasedJob | JobNotDue | null> {
    const kept = this.#jobs.get(id);
    if (kept === undefined || kept.state === 'dead') return null;
    return kept.dueAt <= now ? this.#lease(kept, now, leaseMs) : { dueAt: kept.dueAt };
  }

  #lease(due: StoredJob, now: Date, leaseMs: number): LeasedJob {
    const leasedUntil = new Date(now.getTime() + leaseMs);
    const leaseId = String(++this.#leases);
    const attempt = due.attempt + 1;
    this.#jobs.set(due.job.id, { ...due, state: 'running', dueAt: leasedUntil, attempt, leaseId });
    return { ...due.job, leaseId, attempt, leasedUntil };
  }

  async prolong(job: LeasedJob, until: Date): Promise<boolean> {
    return this.#change(job, (kept) => ({ ...kept, dueAt: until }));
  }

  async finish(job: LeasedJob): Promise<boolean> {
    return this.#jobs.get(job.id)?.leaseId === job.leaseId && this.#jobs.delete(job.id);
  }

  async fail(job: LeasedJob, failure: string, runAt: Date | null, now: Date): Promise<boolean> {
    return this.#change(job, (kept) => ({
      job: { ...kept.job, runAt: runAt ?? now },
      state: runAt === null ? 'dead' : 'waiting',
      dueAt: runAt ?? now,
      attempt: kept.attempt,
      leaseId: null,
      failedAt: now,
      failure,
    }));
  }

  async giveBack(job: LeasedJob, dueAt: Date): Promise<boolean> {
    const attempt = job.attempt - 1;
    return this.#change(job, (kept) => ({ ...kept, state: 'waiting', dueAt, leaseId: null, attempt }));
  }

  #change(job: LeasedJob, change: (kept: StoredJob) => StoredJob): boolean {
    const kept = this.#jobs.get(job.id);
    if (kept?.leaseId !== job.leaseId) return false;
    this.#jobs.set(job.id, change(kept));
    return true;
  }

  async listDead(page: PageRequest): Promise<Page<DeadJob>> {
    const dead = [...this.#jobs.values()]
      .filter(({ state }) => state === 'dead')
      .map(({ job, attempt, failedAt, failure }) => ({
        ...job,
        attempts: attempt,
        failedAt: failedAt ?? new Date(0),
        failure,
      }));
    return memoryPage(dead, (job) => [job.failedAt.getTime(), job.id], page, 'descending');
  }

  async statistics(now: Date): Promise<readonly JobStatistics[]> {
    const kinds = [...new Set([...this.#jobs.values()].map(({ job }) => job.kind))].sort();
    return kinds.map((kind) => {
      const ofKind = [...this.#jobs.values()].filter(({ job }) => job.kind === kind);
      const count = (state: StoredJob['state']) => ofKind.filter((kept) => kept.state === state).length;
      const due = ofKind
        .filter(({ state, job }) => state !== 'dead' && job.runAt <= now)
        .map(({ job }) => job.runAt.getTime());
      return {
        kind,
        waiting: count('waiting'),
        running: count('running'),
        dead: count('dead'),
        oldestDueAt: due.length === 0 ? null : new Date(Math.min(...due)),
      };
    });
  }
}

function keptJobOf({ job, state, dueAt, attempt, failedAt, failure }: StoredJob): KeptJob {
  return {
    ...job,
    state: state === 'dead' ? 'dead' : 'waiting',
    attempt,
    failedAt,
    failure: failure === '' ? null : failure,
    leasedUntil: state === 'running' ? dueAt : null,
  };
}
