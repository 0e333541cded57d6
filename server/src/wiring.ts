// The only file that knows which adapter fills which port.
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Logger } from 'pino';
import { openAddressKeys } from './adapters/filesystem/address-keys.ts';
import { ContentFolder } from './adapters/filesystem/content-folder.ts';
import { FilesystemContentStore } from './adapters/filesystem/content-store.ts';
import { FilesystemIncomingStore } from './adapters/filesystem/incoming-store.ts';
import { FilesystemSecretBox } from './adapters/filesystem/secret-box.ts';
import { FilesystemSigningKeys } from './adapters/filesystem/signing-keys.ts';
import { JoseSessionSigner } from './adapters/jose/session-signer.ts';
import { PrometheusTelemetry } from './adapters/prometheus/prometheus-telemetry.ts';
import { migrate } from './adapters/sql/migrate.ts';
import { sqlEngine } from './adapters/sql/sql-engine.ts';
import { openSqlite } from './adapters/sql/sqlite-database.ts';
import { SystemClock } from './adapters/system/clock.ts';
import { SystemRandomness } from './adapters/system/randomness.ts';
import { ThreadedExaminer } from './adapters/threads/threaded-examiner.ts';
import { HttpWebhookSender } from './adapters/webhook-delivery/http-webhook-sender.ts';
import type { Config } from './config/index.ts';
import { authenticateCaller, ensureSessionKey, Passwords, type TokenStore } from './core/access/index.ts';
import { observingAudit } from './core/audit/index.ts';
import type { Examiner } from './core/checks/index.ts';
import type { Clock, Randomness } from './core/clock.ts';
import {
  type ContentStore,
  incomingKey,
  receivingAtOwnAddresses,
  SignedAddresses,
  servingAtOwnAddresses,
} from './core/content/index.ts';
import type { RecordsEngine } from './core/engine.ts';
import { EventFeed } from './core/events/index.ts';
import { isServed } from './core/gate/index.ts';
import {
  HealthMonitor,
  jobsComponent,
  probedComponent,
  type Telemetry,
  Traffic,
  workerComponent,
} from './core/health/index.ts';
import { takesBytes } from './core/uploads/index.ts';
import type { Registry } from './http/registry.ts';
import { version } from './version.ts';
import type { WorkerPorts } from './worker/ports.ts';

export interface Wired {
  readonly registry: Registry;
  readonly worker: WorkerPorts;
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
  const database = await openDatabase(config);
  await migrate(database);
  const engine = sqlEngine(database);
  const clock = new SystemClock();
  const randomness = new SystemRandomness();
  const at = { url: config.server.publicUrl };
  const content = await contentPorts(config, engine, { clock, randomness, publicUrl: () => at.url });
  const { uploads, checks } = config;
  const examiner = new ThreadedExaminer(new URL('./check-thread.ts', import.meta.url), checks, checks);
  const telling = await tellingPorts(config, engine, clock);
  const watching = watchingPorts(config, engine, { clock, content: content.content });
  const observing = observingAudit(engine, {
    ...observedAudit,
    report: (problem, cause) => logger.error({ err: cause }, problem),
  });
  return {
    worker: {
      ...engine,
      ...content,
      ...telling,
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
      ...engine,
      ...content,
      uploadLimits: uploads,
      downloadLifetimeMs: uploads.downloadLifetimeMs,
      ...(await accessPorts(config, { tokens: engine.tokens, clock, randomness })),
      clock,
      randomness,
      ...telling,
      ...watching.ports,
      observe: observing.observe,
    },
    flushAudit: () => observing.flush(),
    close: async () => {
      watching.stop();
      await examiner.close();
      await database.close();
    },
  };
}

/** Content in the data folder, received and served at addresses of this server. */
async function contentPorts(
  config: Config,
  engine: RecordsEngine,
  given: { clock: Clock; randomness: Randomness; publicUrl: () => string },
) {
  const { dataFolder } = config.storage;
  const folder = await ContentFolder.open(join(dataFolder, 'content'));
  const keys = await openAddressKeys(join(dataFolder, 'secrets', 'address-keys.json'));
  const addresses = new SignedAddresses(given, keys);
  const content = new FilesystemContentStore(folder);
  const incoming = new FilesystemIncomingStore(folder);
  const ownContent = {
    addresses,
    content,
    incoming,
    receivingGuard: {
      isOpen: async (uploadId: string) => takesBytes(await engine.uploads.find(uploadId), given.clock.now()),
    },
    servingGuard: { isServed: (versionId: string) => isServed(engine, versionId) },
  };
  return {
    content,
    receiving: receivingAtOwnAddresses({ addresses, incoming }, given.publicUrl),
    serving: servingAtOwnAddresses(addresses, given.publicUrl),
    ownContent,
  };
}

const observedAudit = { waitMs: 250, batch: 200, maximumKept: 20_000 };

/** What it takes to tell others about events, and the monitoring system about everything. */
async function tellingPorts(config: Config, engine: RecordsEngine, clock: Clock) {
  const { events, storage } = config;
  const telemetry = new PrometheusTelemetry({ version, jobs: engine.jobs, now: () => clock.now() });
  return {
    telemetry,
    eventFeed: new EventFeed(engine, { ...events, opened: (streams) => telemetry.eventStreams(streams) }),
    secretBox: await FilesystemSecretBox.open(join(storage.dataFolder, 'secrets', 'webhook-key')),
    webhookSender: new HttpWebhookSender({
      timeoutMs: events.webhookTimeoutMs,
      allowPrivate: events.webhookAllowPrivate,
    }),
    webhookSwitchOffAfter: events.webhookSwitchOffAfter,
  };
}

/** What it takes to see how the registry is: its components, looked at every minute, and its traffic. */
function watchingPorts(
  config: Config,
  engine: RecordsEngine,
  { clock, content }: { clock: Clock; content: ContentStore },
) {
  let worker: { readonly lastSeenAt: Date | null } = { lastSeenAt: null };
  const traffic = new Traffic();
  const deadJobs = [{ label: 'Jobs that have given up', url: '/api/jobs/dead' }];
  const health = new HealthMonitor({ clock }, [
    traffic,
    probedComponent({ id: 'database', title: 'Database', description: 'Keeps every record.', logs: [] }, () =>
      engine.events.find('health-probe'),
    ),
    probedComponent(
      { id: 'content', title: 'Content store', description: 'Keeps the bytes of packages.', logs: [] },
      () => content.stat(incomingKey('health-probe')),
    ),
    jobsComponent(
      { id: 'jobs', title: 'Job queue', description: 'Keeps what is still to be done.', logs: deadJobs },
      engine.jobs,
    ),
    workerComponent(() => worker.lastSeenAt),
    jobsComponent(
      {
        id: 'webhooks',
        title: 'Events and webhooks',
        description: 'Tells users and their programs what happened.',
        logs: [...deadJobs, { label: 'Webhooks', url: '/api/webhooks?all=true' }],
      },
      engine.jobs,
      ['tell-event', 'deliver-webhook'],
    ),
  ]);
  const everyMinute = setInterval(() => void health.components(1), 60_000).unref();
  return {
    ports: { health, traffic, metricsFor: config.observability.metricsFor, version, startedAt: clock.now() },
    seeWorker: (seen: { readonly lastSeenAt: Date | null }) => {
      worker = seen;
    },
    stop: () => clearInterval(everyMinute),
  };
}

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

/** What logging in and authenticating need beyond the records. */
async function accessPorts(
  config: Config,
  { tokens, clock, randomness }: { tokens: TokenStore; clock: Clock; randomness: Randomness },
) {
  const { access, storage } = config;
  const signingKeys = new FilesystemSigningKeys(
    join(storage.dataFolder, 'secrets', 'session-keys.json'),
    clock,
  );
  await ensureSessionKey({ clock, randomness, signingKeys });
  const sessionSigner = new JoseSessionSigner({ clock, signingKeys, access });
  const ports = { tokens, clock, access, sessionSigner };
  return {
    access,
    passwords: new Passwords(randomness),
    signingKeys,
    sessionSigner,
    authenticate: (authorization: string | undefined, from: { address: string; requestId: string }) =>
      authenticateCaller(ports, authorization, from),
  };
}

/** What the commands of an operator work with; a server may run on the same data meanwhile. */
export async function wireCommands(config: Config) {
  const database = await openDatabase(config);
  await migrate(database);
  const engine = sqlEngine(database);
  const [clock, randomness] = [new SystemClock(), new SystemRandomness()];
  const access = await accessPorts(config, { tokens: engine.tokens, clock, randomness });
  return { ports: { ...engine, ...access, clock, randomness }, close: () => database.close() };
}

export type CommandPorts = Awaited<ReturnType<typeof wireCommands>>['ports'];

export async function migrateOnly(config: Config): Promise<string[]> {
  const database = await openDatabase(config);
  try {
    return await migrate(database);
  } finally {
    await database.close();
  }
}

async function openDatabase(config: Config) {
  await mkdir(config.storage.dataFolder, { recursive: true, mode: 0o700 });
  return openSqlite(join(config.storage.dataFolder, 'registry.db'));
}
