import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { AuditTree } from '../../core/audit/index.ts';
import {
  type EngineStatus,
  type Exposition,
  type Telemetry,
  waitingForReview,
} from '../../core/health/index.ts';
import type { JobKind, JobQueue } from '../../core/jobs/index.ts';
import type { OperationName } from '../../core/operations.ts';
import type { VersionStore } from '../../core/packages/index.ts';
import type { ValidatorCause } from '../../core/validators/index.ts';
import { auditTreeMetrics } from './audit-tree-metrics.ts';
import { engineMetrics } from './engine-metrics.ts';

/** What is measured beside what is told. */
interface MeasuredRegistry {
  version: string;
  jobs: Pick<JobQueue, 'statistics'>;
  versions: Pick<VersionStore, 'quarantineStatistics'>;
  auditTree: Pick<AuditTree, 'head' | 'waiting' | 'checkpoint'>;
  now: () => Date;
  /** Those whose calls are guarded. */
  engines?: () => readonly EngineStatus[];
}

/** Metrics in the text format of Prometheus. Every name begins with `assay_`, but those that Node.js itself has. */
export class PrometheusTelemetry implements Telemetry, Exposition {
  readonly #registry = new Registry();
  readonly #requests: Histogram<'operation' | 'status'>;
  readonly #jobs: Histogram<'kind' | 'outcome'>;
  readonly #checks: Histogram<'check' | 'verdict'>;
  readonly #validators: Histogram<'cause'>;
  readonly #received: Counter;
  readonly #sent: Counter;
  readonly #streams: Gauge;
  readonly #auditLost: Counter;
  readonly #readQueue: () => Promise<void>;
  readonly #readQuarantine: () => Promise<void>;
  readonly #readAuditTree: () => Promise<void>;
  readonly #readEngines: () => void;
  /** Resolved once each, so that counting a request makes no objects. */
  readonly #requestChildren = new Map<OperationName | null, Map<number, Histogram.Internal<string>>>();

  /** Over 60 lines: the list of what is measured. */
  constructor(about: MeasuredRegistry) {
    const registers = [this.#registry];
    collectDefaultMetrics({ register: this.#registry });
    this.#requests = new Histogram({
      name: 'assay_http_request_seconds',
      help: 'Time from receiving a request to the end of its answer.',
      labelNames: ['operation', 'status'],
      buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10, 60],
      registers,
    });
    this.#jobs = new Histogram({
      name: 'assay_job_seconds',
      help: 'Time that one attempt of a job took.',
      labelNames: ['kind', 'outcome'],
      buckets: [0.01, 0.1, 0.5, 1, 5, 15, 60, 300, 1_800],
      registers,
    });
    this.#checks = new Histogram({
      name: 'assay_check_seconds',
      help: 'Time that one check of a version took.',
      labelNames: ['check', 'verdict'],
      buckets: [0.01, 0.1, 0.5, 1, 5, 15, 60, 300, 1_800],
      registers,
    });
    this.#validators = new Histogram({
      name: 'assay_validator_seconds',
      help: 'Time that one run of a validator took, by how it ended; its waiting included.',
      labelNames: ['cause'],
      buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
      registers,
    });
    this.#received = new Counter({
      name: 'assay_content_received_bytes_total',
      help: 'Bytes of requests that bring content.',
      registers,
    });
    this.#sent = new Counter({
      name: 'assay_content_sent_bytes_total',
      help: 'Bytes of answers that carry content.',
      registers,
    });
    this.#streams = new Gauge({
      name: 'assay_event_streams',
      help: 'Clients of this process that follow events now.',
      registers,
    });
    new Gauge({
      name: 'assay_build_info',
      help: 'Always 1; the label says which release runs.',
      labelNames: ['version'],
      registers,
    }).set({ version: about.version }, 1);
    this.#auditLost = new Counter({
      name: 'assay_audit_lost_total',
      help: 'Observed audit entries that were dropped, because the database did not take them for too long.',
      registers,
    });
    this.#readQueue = queueGauges(about, registers);
    this.#readQuarantine = quarantineGauges(about, registers);
    this.#readAuditTree = auditTreeMetrics(about.auditTree, about.now, registers);
    this.#readEngines = engineMetrics(about.engines ?? (() => []), this.#registry);
  }

  requestAnswered(operation: OperationName | null, status: number, seconds: number): void {
    let children = this.#requestChildren.get(operation);
    if (children === undefined) {
      children = new Map();
      this.#requestChildren.set(operation, children);
    }
    let child = children.get(status);
    if (child === undefined) {
      child = this.#requests.labels(operation ?? 'none', String(status));
      children.set(status, child);
    }
    child.observe(seconds);
  }

  contentReceived(bytes: number): void {
    this.#received.inc(bytes);
  }

  contentSent(bytes: number): void {
    this.#sent.inc(bytes);
  }

  jobEnded(kind: JobKind, outcome: 'finished' | 'again' | 'dead', seconds: number): void {
    this.#jobs.observe({ kind, outcome }, seconds);
  }

  checkEnded(check: string, verdict: 'passed' | 'failed' | 'inconclusive', seconds: number): void {
    this.#checks.observe({ check, verdict }, seconds);
  }

  validatorEnded(cause: ValidatorCause, seconds: number): void {
    this.#validators.observe({ cause }, seconds);
  }

  eventStreams(open: number): void {
    this.#streams.set(open);
  }

  auditLost(entries: number): void {
    this.#auditLost.inc(entries);
  }

  async expose(): Promise<{ contentType: string; text: string }> {
    await Promise.all([this.#readQueue(), this.#readQuarantine(), this.#readAuditTree()]);
    this.#readEngines();
    return { contentType: this.#registry.contentType, text: await this.#registry.metrics() };
  }
}

/** Gauges of the job queue, and how to bring them up to date; a queue that does not answer leaves them out. */
function queueGauges(
  { jobs, now }: { jobs: Pick<JobQueue, 'statistics'>; now: () => Date },
  registers: Registry[],
): () => Promise<void> {
  const labelNames = ['kind'] as const;
  const gauge = (name: string, help: string) => new Gauge({ name, help, labelNames, registers });
  const waiting = gauge('assay_jobs_waiting', 'Jobs that nobody has taken yet.');
  const running = gauge('assay_jobs_running', 'Jobs that a worker has taken.');
  const dead = gauge('assay_jobs_dead', 'Jobs that have given up and wait for a person.');
  const oldest = gauge('assay_jobs_oldest_due_seconds', 'How long the longest-waiting job has been due.');
  return async () => {
    const statistics = await jobs.statistics(now()).catch(() => []);
    for (const each of [waiting, running, dead, oldest]) each.reset();
    for (const { kind, ...count } of statistics) {
      waiting.set({ kind }, count.waiting);
      running.set({ kind }, count.running);
      dead.set({ kind }, count.dead);
      const due = count.oldestDueAt === null ? 0 : now().getTime() - count.oldestDueAt.getTime();
      oldest.set({ kind }, Math.max(0, due / 1000));
    }
  };
}

/** The same for what waits for reviewers. */
function quarantineGauges(
  { versions, now }: { versions: Pick<VersionStore, 'quarantineStatistics'>; now: () => Date },
  registers: Registry[],
): () => Promise<void> {
  const waiting = new Gauge({
    name: 'assay_quarantine_waiting',
    help: 'Versions that wait for a reviewer.',
    labelNames: [],
    registers,
  });
  const oldest = new Gauge({
    name: 'assay_quarantine_oldest_seconds',
    help: 'How long the longest-waiting version has waited for a reviewer; 0 when none waits.',
    labelNames: [],
    registers,
  });
  return async () => {
    const review = await waitingForReview(versions, now()).catch(() => null);
    // Without a value, not 0: an alarm must not end because the database is away.
    for (const each of [waiting, oldest]) each.remove();
    if (review === null) return;
    waiting.set(review.waiting);
    oldest.set(review.oldestSeconds);
  };
}
