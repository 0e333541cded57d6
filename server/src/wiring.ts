// The only file that knows which adapter fills which port.
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { FilesystemSigningKeys } from './adapters/filesystem/signing-keys.ts';
import { JoseSessionSigner } from './adapters/jose/session-signer.ts';
import { migrate } from './adapters/sql/migrate.ts';
import { sqlEngine } from './adapters/sql/sql-engine.ts';
import { openSqlite } from './adapters/sql/sqlite-database.ts';
import { SystemClock } from './adapters/system/clock.ts';
import { SystemRandomness } from './adapters/system/randomness.ts';
import type { Config } from './config/index.ts';
import { authenticateCaller, ensureSessionKey, Passwords, type TokenStore } from './core/access/index.ts';
import type { Clock, Randomness } from './core/clock.ts';
import type { Registry } from './http/registry.ts';

export interface Wired {
  readonly registry: Registry;
  close(): Promise<void>;
}

/** Opens the engines that the configuration names, migrated, and connects the ports to them. */
export async function wire(config: Config): Promise<Wired> {
  const database = await openDatabase(config);
  await migrate(database);
  const engine = sqlEngine(database);
  const clock = new SystemClock();
  const randomness = new SystemRandomness();
  return {
    registry: {
      ...engine,
      ...(await accessPorts(config, { tokens: engine.tokens, clock, randomness })),
      clock,
      randomness,
      observe: () => {},
    },
    close: () => database.close(),
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
