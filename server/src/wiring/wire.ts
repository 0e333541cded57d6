// Connects the ports of a server or worker to the adapters that the configuration chooses.
import { join } from 'node:path';
import type { Logger } from 'pino';
import { SystemClock } from '../adapters/system/clock.ts';
import { SystemRandomness } from '../adapters/system/randomness.ts';
import { ThreadedExaminer } from '../adapters/threads/threaded-examiner.ts';
import { type Config, ConfigError } from '../config/index.ts';
import { observingAudit, type TreeKeeper } from '../core/audit/index.ts';
import { type Examiner, fileMemory, type RememberedFileStore, readSeverities } from '../core/checks/index.ts';
import type { Clock } from '../core/clock.ts';
import type { RecordsEngine } from '../core/engine.ts';
import { isTransient } from '../core/errors.ts';
import type { Telemetry, Tracer } from '../core/health/index.ts';
import type { Registry } from '../http/registry.ts';
import { version } from '../version.ts';
import type { WorkerPorts } from '../worker/ports.ts';
import { accessPorts } from './access.ts';
import { openAnnouncer } from './announce.ts';
import { type Arrivals, openArrivals } from './arrivals.ts';
import { attestingPorts } from './attesting.ts';
import { treeKeeper } from './audit-tree.ts';
import { awsOf } from './aws.ts';
import { openContent } from './content.ts';
import { type FeatureSwitches, openFeatures, switchedMemory } from './features.ts';
import { Guards } from './guards.ts';
import { openMalware } from './malware.ts';
import { policyPorts, warmUpPolicies } from './policies.ts';
import { openQueue } from './queue.ts';
import { openRecords } from './records.ts';
import { openSecrets } from './secrets.ts';
import { servable } from './servable.ts';
import { tellingPorts } from './telling.ts';
import { TracedPorts } from './traced-ports.ts';
import { openValidators } from './validators.ts';
import { watchingPorts } from './watching.ts';

export interface Wired {
  readonly registry: Registry;
  readonly worker: WorkerPorts;
  /** Null: nothing is traced. */
  readonly tracer: Tracer | null;
  /** Keeps the audit tree growing, where a worker is. */
  readonly treeKeeper: TreeKeeper;
  /** What the worker listens to, where uploads arrive elsewhere; null: they arrive here. */
  readonly arrivals: Arrivals | null;
  /** Tells when the worker of this process, if there is one, was last seen at work. */
  seeWorker(worker: { readonly lastSeenAt: Date | null }): void;
  /** Tells the address that the server listens at, once it does: addresses that it signs begin with it. */
  listeningAt(url: string): void;
  /** Does what the first requests would wait for; to be called a while after the start. */
  warmUp(): Promise<void>;
  /** Writes what was observed for the audit and has not been appended yet. */
  flushAudit(): Promise<void>;
  close(): Promise<void>;
}

/** Opens the engines that the configuration names, migrated, and connects the ports to them. Over 60 lines: a list of parts. */
export async function wire(config: Config, logger: Logger, tracer: Tracer | null = null): Promise<Wired> {
  // When something cannot be opened, what was opened before it is closed again.
  await using opening = new AsyncDisposableStack();
  const at = { url: config.server.publicUrl };
  const traced = new TracedPorts(tracer);
  const opened = await fillPorts(config, { logger, traced }, opening, () => at.url);
  const { engines, contents, boxes, secrets, guards, aws, system } = opened;
  const features = await openFeatures(config, logger, opening);
  const telling = traced.telling(tellingPorts(config, features, engines.requests, system.clock, guards));
  const { validation, warmUp } = openValidators(
    config,
    { ...telling, ...system, serving: contents.requests.serving, logger, features },
    opening,
  );
  const deciding = policyPorts(engines.requests, system.clock);
  const watching = watchingPorts(config, engines.requests, {
    validatorRunner: validation.validatorRunner,
    policyKeeper: deciding.policyKeeper,
    clock: system.clock,
    content: contents.requests.content,
    guards,
    probeQueue: opened.probeQueue,
  });
  opening.defer(() => watching.stop());
  const observing = observeAudit(engines.requests, telling.telemetry, logger);
  const examiner = await openExaminer(
    config,
    { ...engines.worker, ...system, features },
    opened.threadData,
    opening,
  );
  const arrivals = await openArrivals(config, aws, (problem) => logger.warn(problem));
  opening.defer(() => arrivals?.close());
  const { uploads } = config;
  const attesting = attestingPorts(config, secrets);
  const worker = {
    ...engines.worker,
    ...contents.worker,
    ...telling,
    ...system,
    secretBox: boxes.worker,
    announcer: traced.announcer(guards.announcer(await openAnnouncer(config, aws))),
    ...attesting,
    examiner: measured(traced.examiner(examiner), telling.telemetry),
    sweepGraceMs: config.worker.sweepGraceMs,
    recheckPerHour: config.worker.recheckPerHour,
  };
  const registry = {
    ...engines.requests,
    ...contents.requests,
    ...telling,
    ...system,
    ...watching.ports,
    ...(await accessPorts(config, { tokens: engines.requests.tokens, ...secrets, ...system, features })),
    secretBox: boxes.requests,
    ...attesting,
    ...validation,
    validatorRunner: traced.runner(validation.validatorRunner),
    tracer,
    uploadLimits: uploads,
    downloadLifetimeMs: uploads.downloadLifetimeMs,
    ...deciding,
    observe: observing.observe,
    auditBehind: observing.behind,
  };
  const all = opening.move();
  return {
    arrivals,
    worker,
    tracer,
    treeKeeper: treeKeeper(config, worker, logger),
    registry,
    seeWorker: watching.seeWorker,
    listeningAt: (url) => {
      at.url ||= url;
    },
    warmUp: async () => {
      await Promise.all([warmUpPolicies(deciding, engines.requests.packages), warmUp()]);
    },
    flushAudit: () => observing.flush(),
    close: () => all.disposeAsync(),
  };
}

/** Everything that keeps something: records, jobs, keys and content. */
async function fillPorts(
  config: Config,
  { logger, traced }: { logger: Logger; traced: TracedPorts },
  opening: AsyncDisposableStack,
  publicUrl: () => string,
) {
  const aws = awsOf(config);
  const guards = new Guards(config);
  const system = { clock: new SystemClock(), randomness: new SystemRandomness() };
  const records = await openRecords(config);
  opening.defer(() => records.close());
  await records.prepare();
  const queue = await openQueue(config, {
    engines: await servable(guards.records(records.engine)),
    aws,
    clock: system.clock,
    report: (problem, cause) => logger.warn({ err: cause }, problem),
  });
  opening.defer(() => queue.close());
  const secrets = await openSecrets(config, { ...system, aws, guards });
  const given = {
    ...system,
    engine: queue.engines.requests,
    addressKeys: secrets.addressKeys,
    publicUrl,
    aws,
  };
  const { threadData, close, ...content } = await openContent(config, given);
  opening.defer(() => close?.());
  return {
    engines: traced.records(queue.engines),
    probeQueue: queue.probe,
    contents: traced.content(guards.content(content)),
    boxes: traced.secretBox(guards.secretBox(secrets.secretBox)),
    threadData,
    secrets,
    guards,
    aws,
    system,
  };
}

async function openExaminer(
  config: Config,
  ports: { rememberedFiles: RememberedFileStore; clock: Clock; features: FeatureSwitches },
  content: object | undefined,
  opening: AsyncDisposableStack,
): Promise<Examiner> {
  const { checks, storage } = config;
  const malware = await openMalware(config);
  const thread = new URL('../check-thread.ts', import.meta.url);
  const scratch = { folder: join(storage.dataFolder, 'tmp'), maximumBytes: checks.scratchBytes };
  const threadData = { ...content, scratch, malware: malware.threadData };
  const { severities, problems } = readSeverities(checks.rules);
  if (problems.length > 0) throw new ConfigError(problems.map((problem) => `ASSAY_CHECK_RULES: ${problem}.`));
  const memory = switchedMemory(ports.features, fileMemory(ports, JSON.stringify([version, config.malware])));
  const engines = malware.versions;
  const examiner = new ThreadedExaminer(thread, checks, checks, threadData, engines, severities, memory);
  opening.defer(() => examiner.close());
  return examiner;
}

function observeAudit(engine: Pick<RecordsEngine, 'audit'>, telemetry: Telemetry, logger: Logger) {
  return observingAudit(engine, {
    ...observedAudit,
    // An engine that is away is told about where its calls are counted; what it misses meanwhile is kept.
    report: (problem, cause) => logger[isTransient(cause) ? 'warn' : 'error']({ err: cause }, problem),
    lost: (entries) => telemetry.auditLost(entries),
  });
}

const observedAudit = { waitMs: 250, longestWaitMs: 5_000, batch: 500, behindAt: 2_000, maximumKept: 20_000 };

/** Tells how long each check took and what it concluded. */
function measured(examiner: Examiner, telemetry: Telemetry): Examiner {
  return {
    close: () => examiner.close(),
    rules: () => examiner.rules(),
    async examine(content, about, signal) {
      const examination = await examiner.examine(content, about, signal);
      for (const { check, verdict, durationMs } of examination.results) {
        telemetry.checkEnded(check, verdict, durationMs / 1000);
      }
      return examination;
    },
  };
}
