// Connects the ports of a server or worker to the adapters that the configuration chooses.
import type { Logger } from 'pino';
import { SystemClock } from '../adapters/system/clock.ts';
import { SystemRandomness } from '../adapters/system/randomness.ts';
import { ThreadedExaminer } from '../adapters/threads/threaded-examiner.ts';
import type { Config } from '../config/index.ts';
import { observingAudit } from '../core/audit/index.ts';
import type { Examiner } from '../core/checks/index.ts';
import type { Telemetry } from '../core/health/index.ts';
import type { Registry } from '../http/registry.ts';
import type { WorkerPorts } from '../worker/ports.ts';
import { accessPorts } from './access.ts';
import { openAnnouncer } from './announce.ts';
import { type Arrivals, openArrivals } from './arrivals.ts';
import { awsOf } from './aws.ts';
import { openContent } from './content.ts';
import { Guards } from './guards.ts';
import { openQueue } from './queue.ts';
import { openRecords } from './records.ts';
import { openSecrets } from './secrets.ts';
import { servable } from './servable.ts';
import { tellingPorts } from './telling.ts';
import { watchingPorts } from './watching.ts';

export interface Wired {
  readonly registry: Registry;
  readonly worker: WorkerPorts;
  /** What the worker listens to, where uploads arrive elsewhere; null: they arrive here. */
  readonly arrivals: Arrivals | null;
  /** Tells when the worker of this process, if there is one, was last seen at work. */
  seeWorker(worker: { readonly lastSeenAt: Date | null }): void;
  /** Tells the address that the server listens at, once it does: addresses that it signs begin with it. */
  listeningAt(url: string): void;
  /** Writes what was observed for the audit and has not been appended yet. */
  flushAudit(): Promise<void>;
  close(): Promise<void>;
}

/** Opens the engines that the configuration names, migrated, and connects the ports to them. */
export async function wire(config: Config, logger: Logger): Promise<Wired> {
  const records = await openRecords(config);
  await records.prepare();
  const guards = new Guards(config);
  const aws = awsOf(config);
  const clock = new SystemClock();
  const queue = await openQueue(config, {
    engines: await servable(guards.records(records.engine)),
    aws,
    clock,
    report: (problem, cause) => logger.warn({ err: cause }, problem),
  });
  const { engines } = queue;
  const randomness = new SystemRandomness();
  const { signingKeys, addressKeys, secretBox } = await openSecrets(config, {
    clock,
    randomness,
    aws,
    guards,
  });
  const boxes = guards.secretBox(secretBox);
  const at = { url: config.server.publicUrl };
  const given = { engine: engines.requests, clock, randomness, addressKeys, publicUrl: () => at.url, aws };
  const opened = await openContent(config, given);
  const contents = guards.content(opened);
  const { uploads, checks } = config;
  const thread = new URL('../check-thread.ts', import.meta.url);
  const examiner = new ThreadedExaminer(thread, checks, checks, opened.threadData);
  const telling = tellingPorts(config, engines.requests, clock, guards);
  const watching = watchingPorts(config, engines.requests, {
    clock,
    content: contents.requests.content,
    guards,
  });
  const observing = observingAudit(engines.requests, {
    ...observedAudit,
    report: (problem, cause) => logger.error({ err: cause }, problem),
    lost: (entries) => telling.telemetry.auditLost(entries),
  });
  const arrivals = await openArrivals(config, aws, (problem) => logger.warn(problem));
  return {
    arrivals,
    worker: {
      ...engines.worker,
      ...contents.worker,
      ...telling,
      secretBox: boxes.worker,
      announcer: await openAnnouncer(config, aws),
      clock,
      randomness,
      examiner: measured(examiner, telling.telemetry),
      sweepGraceMs: config.worker.sweepGraceMs,
    },
    seeWorker: watching.seeWorker,
    listeningAt: (url) => {
      at.url ||= url;
    },
    registry: {
      ...engines.requests,
      ...contents.requests,
      uploadLimits: uploads,
      downloadLifetimeMs: uploads.downloadLifetimeMs,
      ...(await accessPorts(config, { tokens: engines.requests.tokens, signingKeys, clock, randomness })),
      clock,
      randomness,
      ...telling,
      secretBox: boxes.requests,
      ...watching.ports,
      observe: observing.observe,
      auditBehind: observing.behind,
    },
    flushAudit: () => observing.flush(),
    close: async () => {
      watching.stop();
      await examiner.close();
      await queue.close();
      await arrivals?.close();
      await opened.close?.();
      await records.close();
    },
  };
}

const observedAudit = { waitMs: 250, longestWaitMs: 5_000, batch: 500, behindAt: 2_000, maximumKept: 20_000 };

/** Tells how long each check took and what it concluded. */
function measured(examiner: Examiner, telemetry: Telemetry): Examiner {
  return {
    close: () => examiner.close(),
    async examine(content, about, signal) {
      const examination = await examiner.examine(content, about, signal);
      for (const { check, verdict, durationMs } of examination.results) {
        telemetry.checkEnded(check, verdict, durationMs / 1000);
      }
      return examination;
    },
  };
}
