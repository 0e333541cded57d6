// Jobs told by messages. What is true about a job stays in the records: a message only says that a job is worth looking
// at, and whoever receives it leases that job there.
//
//   commit ──► records: the job is queued ──► message ──► worker ──► records: this job is leased ──► done ──► both gone
//
//   told twice, or too late     the records say that the job is done, dead, or leased by somebody: nothing is run
//   told of too early           the message comes again when the job is due
//   never told                  a job that is long due is taken from the records, every now and then
//   SQS does not answer         jobs are taken from the records alone, until it is asked again
//   the worker crashes          message and lease come back at the same time; so does the job
//   the job is to run again     it is told anew, as late as it is due: so a message that is received again and again is
//                               one that nobody can read, or that kills who reads it, and is for the redrive policy
//   the job is given up         it is dead in the records, and the dead-letter queue is told
import type { Change, Commit } from '../../core/commit.ts';
import type {
  DeadJob,
  JobKind,
  JobNotDue,
  JobQueue,
  JobStatistics,
  LeasedJob,
} from '../../core/jobs/index.ts';
import type { Page, PageRequest } from '../../core/paging.ts';
import { type DueJob, jobIdIn, jobsIn, messagesFor } from './job-messages.ts';
import type { ReceivedMessage, SqsQueue } from './sqs-queue.ts';

export interface SqsJobSettings {
  /** How long a worker waits for a message, and how often it looks into the records; at most 20. */
  readonly waitS: number;
  /** A job that has been due for so long has not been told of. */
  readonly rescueAfterMs: number;
}

export interface SqsJobPorts {
  readonly records: JobQueue;
  readonly queue: SqsQueue;
  /** Told of jobs that have given up. */
  readonly dead: SqsQueue | null;
  /** What went wrong without harm, for the log. */
  readonly report: (problem: string, cause: unknown) => void;
  readonly now: () => Date;
  readonly elapsedMs: () => number;
}

/** After a failure SQS is left alone for so long. */
const awayMs = 10_000;
/** More calls under way mean that SQS is slow: what is not told is found in the records. */
const mostCalls = 200;
const shortestHiddenS = 1;
/** A job that this worker does not want, mostly one whose kind rests, is for others: and not looked at all the time. */
const unwantedHiddenS = 10;

export class SqsJobQueue implements JobQueue {
  readonly #ports: SqsJobPorts;
  readonly #settings: SqsJobSettings;
  /** The messages of the jobs that are leased here, by lease. */
  readonly #messages = new Map<string, { readonly receipt: string; readonly leaseMs: number }>();
  readonly #calls = new Set<Promise<void>>();
  #awayUntilMs = Number.NEGATIVE_INFINITY;
  #rescuedAtMs = Number.NEGATIVE_INFINITY;

  constructor(ports: SqsJobPorts, settings: SqsJobSettings) {
    this.#ports = ports;
    this.#settings = settings;
  }

  /** Commits, then tells of the jobs in the changes. That they could not be told of fails no commit. */
  telling<C extends Change>(commit: Commit<C>): Commit<C> {
    return async (changes) => {
      await commit(changes);
      this.#tell(jobsIn(changes), this.#ports.now());
    };
  }

  async lease(
    kinds: readonly JobKind[],
    now: Date,
    leaseMs: number,
    signal?: AbortSignal,
  ): Promise<LeasedJob | null> {
    const begunMs = this.#ports.elapsedMs();
    const presently = () => new Date(now.getTime() + this.#ports.elapsedMs() - begunMs);
    const rescued = await this.#rescue(kinds, now, leaseMs);
    if (rescued !== null) return rescued;
    while (!this.#isAway() && !signal?.aborted) {
      const message = await this.#receive(leaseMs, signal);
      if (message === null) break;
      const job = await this.#take(message, kinds, presently(), leaseMs);
      if (job !== null) return job;
    }
    return null;
  }

  /** A job that should have been told of long ago; while SQS is away, any that is due. */
  async #rescue(kinds: readonly JobKind[], now: Date, leaseMs: number): Promise<LeasedJob | null> {
    const { waitS, rescueAfterMs } = this.#settings;
    if (this.#isAway()) return this.#ports.records.lease(kinds, now, leaseMs);
    const elapsedMs = this.#ports.elapsedMs();
    if (elapsedMs - this.#rescuedAtMs < waitS * 1_000) return null;
    // As if it was earlier: what is due by then is overdue now. The lease still ends when it should.
    const earlier = new Date(now.getTime() - rescueAfterMs);
    const job = await this.#ports.records.lease(kinds, earlier, leaseMs + rescueAfterMs);
    if (job === null) this.#rescuedAtMs = elapsedMs;
    return job;
  }

  async #receive(leaseMs: number, signal?: AbortSignal): Promise<ReceivedMessage | null> {
    try {
      const hiddenS = Math.max(shortestHiddenS, Math.ceil(leaseMs / 1_000));
      return await this.#ports.queue.receive(this.#settings.waitS, hiddenS, signal);
    } catch (error) {
      this.#goneAway('no messages about jobs are received', error);
      return null;
    }
  }

  /** Leases the job that the message is about; null when there is nothing to be done about it now. */
  async #take(
    { body, receipt }: ReceivedMessage,
    kinds: readonly JobKind[],
    now: Date,
    leaseMs: number,
  ): Promise<LeasedJob | null> {
    const { records, queue, report } = this.#ports;
    const id = jobIdIn(body);
    if (id === null) {
      // It comes again until the queue's own redrive policy moves it to the dead-letter queue.
      report(`a message is not about a job: ${body.slice(0, 200)}`, undefined);
      return null;
    }
    const job = await records.leaseJob(id, now, leaseMs);
    if (job === null) this.#call(() => queue.remove(receipt));
    else if (!('leaseId' in job)) {
      const hiddenS = (job.dueAt.getTime() - now.getTime()) / 1_000;
      this.#call(() => queue.hide(receipt, Math.max(shortestHiddenS, hiddenS)));
    } else if (!kinds.includes(job.kind)) {
      await records.giveBack(job, now);
      this.#call(() => queue.hide(receipt, unwantedHiddenS));
    } else {
      this.#messages.set(job.leaseId, { receipt, leaseMs });
      return job;
    }
    return null;
  }

  async prolong(job: LeasedJob, until: Date): Promise<boolean> {
    const kept = await this.#ports.records.prolong(job, until);
    const message = this.#messages.get(job.leaseId);
    if (!kept) this.#messages.delete(job.leaseId);
    else if (message !== undefined) {
      this.#call(() => this.#ports.queue.hide(message.receipt, message.leaseMs / 1_000));
    }
    return kept;
  }

  async finish(job: LeasedJob): Promise<boolean> {
    return this.#settle(job, (records) => records.finish(job));
  }

  async fail(job: LeasedJob, failure: string, runAt: Date | null, now: Date): Promise<boolean> {
    const failed = await this.#settle(job, (records) => records.fail(job, failure, runAt, now));
    if (failed && runAt !== null) this.#tell([{ id: job.id, runAt }], now);
    if (failed && runAt === null) this.#tellDead(job, failure);
    return failed;
  }

  async giveBack(job: LeasedJob, dueAt: Date): Promise<boolean> {
    const givenBack = await this.#settle(job, (records) => records.giveBack(job, dueAt));
    if (givenBack) this.#tell([{ id: job.id, runAt: dueAt }], this.#ports.now());
    return givenBack;
  }

  /**
   * Ends a lease, and removes the message it began with. That of a lease which was lost, or whose end could not be
   * written, comes again, and finds what has become of the job.
   */
  async #settle(job: LeasedJob, end: (records: JobQueue) => Promise<boolean>): Promise<boolean> {
    const message = this.#messages.get(job.leaseId);
    this.#messages.delete(job.leaseId);
    const kept = await end(this.#ports.records);
    if (kept && message !== undefined) this.#call(() => this.#ports.queue.remove(message.receipt));
    return kept;
  }

  #tell(jobs: readonly DueJob[], now: Date): void {
    const messages = messagesFor(jobs, now);
    if (messages.length > 0) this.#call(() => this.#ports.queue.send(messages));
  }

  #tellDead({ id, kind, attempt }: LeasedJob, failure: string): void {
    const { dead } = this.#ports;
    const body = JSON.stringify({ job: id, kind, attempts: attempt, failure });
    if (dead !== null) this.#call(() => dead.send([{ body, delayS: 0 }]));
  }

  /** In the background, since nothing depends on it: the records know already. */
  #call(call: () => Promise<void>): void {
    if (this.#isAway() || this.#calls.size >= mostCalls) return;
    const calling = call()
      .catch((error) => this.#goneAway('SQS was not told about a job', error))
      .finally(() => this.#calls.delete(calling));
    this.#calls.add(calling);
  }

  #isAway(): boolean {
    return this.#ports.elapsedMs() < this.#awayUntilMs;
  }

  #goneAway(problem: string, error: unknown): void {
    if (!this.#isAway()) this.#ports.report(problem, error);
    this.#awayUntilMs = this.#ports.elapsedMs() + awayMs;
  }

  leaseJob(id: string, now: Date, leaseMs: number): Promise<LeasedJob | JobNotDue | null> {
    return this.#ports.records.leaseJob(id, now, leaseMs);
  }

  listDead(page: PageRequest): Promise<Page<DeadJob>> {
    return this.#ports.records.listDead(page);
  }

  statistics(now: Date): Promise<readonly JobStatistics[]> {
    return this.#ports.records.statistics(now);
  }

  /** Resolves when what was begun to be told is told, or could not be. */
  async settled(): Promise<void> {
    while (this.#calls.size > 0) await Promise.all(this.#calls);
  }
}
