// Taking backups of the engines of a configuration, and restoring them into those of one.
import { copyFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { BackupFolder } from '../adapters/filesystem/backup-folder.ts';
import { MemorySecretStore } from '../adapters/memory/secret-store.ts';
import { migrate } from '../adapters/sql/migrate.ts';
import { openSqlite } from '../adapters/sql/sqlite-database.ts';
import { sqliteEngine } from '../adapters/sql/sqlite-engine.ts';
import { SystemClock } from '../adapters/system/clock.ts';
import { SystemRandomness } from '../adapters/system/randomness.ts';
import type { Config } from '../config/index.ts';
import { RegistryError } from '../core/errors.ts';
import { KeyedSecretBox, type SecretBox } from '../core/events/index.ts';
import {
  type BackupManifest,
  type BackupPorts,
  carryAll,
  carrySettled,
  type OpenedBackup,
  openSecrets as openSealedSecrets,
  type RestorePorts,
  readSecrets,
  requireEmpty,
  type Secrets,
} from '../core/recovery/index.ts';
import { type RecordTransfer, withOpenSecrets } from '../core/transfer/index.ts';
import { version } from '../version.ts';
import { awsOf } from './aws.ts';
import { asOpened, type Engines, type Opened, openEngines } from './open-engines.ts';
import { type OpenRecords, openRecords } from './records.ts';
import { openSecretStore } from './secrets.ts';

const [clock, randomness] = [new SystemClock(), new SystemRandomness()];

interface Given {
  readonly parallel: number;
  readonly tell: (line: string) => void;
}

export function openPlace(folder: string, given: { readonly mustExist: boolean }): Promise<BackupFolder> {
  return BackupFolder.open(folder, given);
}

/** What it takes to take a backup of the registry of this configuration. */
export async function openBackupPorts(
  config: Config,
  given: Given & { readonly place: BackupFolder; readonly pauseLimitMs: number },
): Promise<Opened<BackupPorts>> {
  await using opening = new AsyncDisposableStack();
  const side = await openEngines(config, opening);
  const { place, parallel, tell } = given;
  const { content, records } = side;
  const { uploads, versions } = records.engine;
  return asOpened(
    {
      clock,
      randomness,
      place,
      source: { content, uploads, versions },
      takeRecords: (file) => takeRecords(config, side, { ...given, file }),
      openRecords: openRecordsFile,
      release: version,
      parallel,
      tell,
    },
    opening,
  );
}

/** What an engine cannot write into a file itself is carried into one, as to another engine. */
async function takeRecords(
  config: Config,
  { records, secrets, secretBox }: Engines,
  given: { readonly file: string; readonly pauseLimitMs: number; readonly tell: Given['tell'] },
): Promise<{ sealedBy: 'key' | 'kms'; secrets: Secrets }> {
  const { asOfOneMoment, engine } = records;
  const kept = await readSecrets(secrets);
  if (asOfOneMoment !== null && 'copyTo' in asOfOneMoment) {
    await asOfOneMoment.copyTo(given.file);
    return { sealedBy: config.engines.encryption, secrets: kept };
  }
  await rm(given.file, { force: true });
  const store = await storeOf(kept);
  const box = await KeyedSecretBox.open({ secrets: store, randomness });
  const target = await openRecordsFile(given.file);
  const to = withOpenSecrets(target.transfer, box);
  const opened = (from: RecordTransfer) => withOpenSecrets(from, secretBox);
  try {
    if (asOfOneMoment !== null) {
      await asOfOneMoment.reading(async (from) => void (await carryAll({ from: opened(from), to }, null)));
    } else {
      const ports = { clock, randomness, marks: engine.marks, pause, tell: given.tell };
      const limits = { settleMs, limitMs: given.pauseLimitMs };
      await carrySettled({ ...ports, from: opened(engine.transfer), to }, limits);
    }
  } finally {
    await target.close();
  }
  return { sealedBy: 'key', secrets: await readSecrets(store) };
}

/** What a write may take that had begun before a pause. */
const settleMs = 5_000;

/** A file of records, brought to the schema of this release. */
async function openRecordsFile(file: string) {
  const database = openSqlite(file);
  try {
    await migrate(database);
  } catch (error) {
    await database.close();
    throw error;
  }
  const { transfer, uploads, audit, versions, marks } = sqliteEngine(database);
  return { transfer, uploads, audit, versions, marks, close: () => database.close() };
}

async function storeOf(secrets: Secrets): Promise<MemorySecretStore> {
  const store = new MemorySecretStore();
  for (const [name, text] of Object.entries(secrets)) await store.create(name, text);
  return store;
}

/**
 * Restores a backup into the engines of the configuration. `passphrase`: of its secrets; null: the registry gets new
 * ones, where it has none. Rejects with `state-conflict`, and nothing done, unless they are empty.
 */
export async function openRestorePorts(
  config: Config,
  given: Given & {
    readonly place: BackupFolder;
    readonly manifest: BackupManifest;
    readonly passphrase: string | null;
  },
): Promise<Opened<RestorePorts>> {
  await using opening = new AsyncDisposableStack();
  const { place, manifest, parallel, tell } = given;
  const secrets = await openBackupSecrets(place, manifest, given.passphrase);
  await requireEmptyRecords(config, manifest.id);
  if (secrets !== null) await placeSecrets(config, secrets, tell);
  const target = await openEngines(config, opening, 'migrate');
  const secretBox = await boxOf(config, manifest, secrets, target.secretBox);
  const backup = await openBackup(place, manifest, secretBox, opening);
  const { content } = target;
  const { transfer, marks } = target.records.engine;
  const ports = { clock, backup, target: { transfer, marks, content, secretBox: target.secretBox } };
  return asOpened({ ...ports, parallel, tell }, opening);
}

async function openBackupSecrets(place: BackupFolder, manifest: BackupManifest, passphrase: string | null) {
  if (passphrase === null) return null;
  const sealed = await place.open(manifest.id).readSecrets();
  if (sealed === null) {
    throw new RegistryError('not-found', `The backup ${manifest.id} was taken without its secrets.`);
  }
  return openSealedSecrets(sealed, passphrase);
}

async function requireEmptyRecords(config: Config, backupId: string): Promise<void> {
  const records: OpenRecords = await openRecords(config);
  try {
    await records.migrate();
    await requireEmpty(records.engine, backupId);
  } finally {
    await records.close();
  }
}

/** What is there stays: it may be newer, and others may have it already. */
async function placeSecrets(config: Config, secrets: Secrets, tell: Given['tell']): Promise<void> {
  const store = await openSecretStore(config, awsOf(config));
  for (const [name, text] of Object.entries(secrets)) {
    const stored = await store.create(name, text);
    if (stored.text !== text) tell(`secret ${name}: another one is there already, and stays`);
  }
}

/** Null: nothing at hand opens what is sealed in the records. */
async function boxOf(
  { engines }: Config,
  { sealedBy }: BackupManifest,
  secrets: Secrets | null,
  ofTarget: SecretBox,
): Promise<SecretBox | null> {
  // Whoever restores what a key of KMS has sealed restores with that key.
  if (sealedBy === 'kms') return engines.encryption === 'kms' ? ofTarget : null;
  return secrets === null ? null : KeyedSecretBox.open({ secrets: await storeOf(secrets), randomness });
}

/** Opened on a copy of its records: opening changes the file. */
async function openBackup(
  place: BackupFolder,
  manifest: BackupManifest,
  secretBox: SecretBox | null,
  opening: AsyncDisposableStack,
): Promise<OpenedBackup> {
  const files = place.open(manifest.id);
  for (const file of ['records', 'content'] as const) {
    const { digest } = await files.digestOf(file);
    if (digest === manifest[file].digest) continue;
    throw new RegistryError('state-conflict', `The list of ${file} of the backup ${manifest.id} is damaged.`);
  }
  const scratch = await mkdtemp(join(tmpdir(), 'assay-backup-'));
  opening.defer(() => rm(scratch, { recursive: true, force: true }));
  const copy = join(scratch, 'records.db');
  await copyFile(files.recordsFile, copy);
  const records = await openRecordsFile(copy);
  opening.defer(() => records.close());
  const list = files.openList();
  opening.defer(() => list.close());
  return { manifest, records, list, objects: place.objects, secretBox };
}
