// The only file that knows which adapter fills which port.
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { openAddressKeys } from './adapters/filesystem/address-keys.ts';
import { ContentFolder } from './adapters/filesystem/content-folder.ts';
import { FilesystemContentStore } from './adapters/filesystem/content-store.ts';
import { FilesystemIncomingStore } from './adapters/filesystem/incoming-store.ts';
import { FilesystemSigningKeys } from './adapters/filesystem/signing-keys.ts';
import { JoseSessionSigner } from './adapters/jose/session-signer.ts';
import { migrate } from './adapters/sql/migrate.ts';
import { sqlEngine } from './adapters/sql/sql-engine.ts';
import { openSqlite } from './adapters/sql/sqlite-database.ts';
import { SystemClock } from './adapters/system/clock.ts';
import { SystemRandomness } from './adapters/system/randomness.ts';
import { ThreadedExaminer } from './adapters/threads/threaded-examiner.ts';
import type { Config } from './config/index.ts';
import { authenticateCaller, ensureSessionKey, Passwords, type TokenStore } from './core/access/index.ts';
import type { Clock, Randomness } from './core/clock.ts';
import { receivingAtOwnAddresses, SignedAddresses, servingAtOwnAddresses } from './core/content/index.ts';
import type { RecordsEngine } from './core/engine.ts';
import { isServed } from './core/gate/index.ts';
import { takesBytes } from './core/uploads/index.ts';
import type { Registry } from './http/registry.ts';
import type { WorkerPorts } from './worker/ports.ts';

export interface Wired {
  readonly registry: Registry;
  readonly worker: WorkerPorts;
  /** Tells the address that the server listens at, once it does: addresses that it signs begin with it. */
  listeningAt(url: string): void;
  close(): Promise<void>;
}

/** Opens the engines that the configuration names, migrated, and connects the ports to them. */
export async function wire(config: Config): Promise<Wired> {
  const database = await openDatabase(config);
  await migrate(database);
  const engine = sqlEngine(database);
  const clock = new SystemClock();
  const randomness = new SystemRandomness();
  const at = { url: config.server.publicUrl };
  const content = await contentPorts(config, engine, { clock, randomness, publicUrl: () => at.url });
  const { uploads, checks } = config;
  const examiner = new ThreadedExaminer(new URL('./check-thread.ts', import.meta.url), checks, checks);
  return {
    worker: { ...engine, ...content, clock, randomness, examiner },
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
      observe: () => {},
    },
    close: async () => {
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
