// `assay drill`: the newest backup is restored into a scratch place and used as if the registry were lost.
import { createHash } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { operator } from './admin/operator.ts';
import type { Print } from './command.ts';
import { type Config, readConfig } from './config/index.ts';
import { RegistryError } from './core/errors.ts';
import { downloadVersion } from './core/gate/index.ts';
import { type BackupManifest, chooseBackup, type Restored, restoreBackup } from './core/recovery/index.ts';
import { buildApp } from './http/app.ts';
import type { Registry } from './http/registry.ts';
import { createLogger, plainLines } from './logging.ts';
import { openPlace, openRestorePorts } from './wiring/recovery.ts';
import { wire } from './wiring/wire.ts';

export interface DrillGiven {
  readonly folder: string;
  readonly passphrase: string | null;
  /** How much of the content is looked at. */
  readonly samplePercent: number;
  readonly rtoLimitSeconds: number | null;
  readonly rpoLimitSeconds: number | null;
  readonly json: boolean;
  readonly parallel: number;
}

interface DrillReport {
  readonly backup: string;
  readonly takenAt: Date;
  /** What was committed later than this before now would be lost. */
  readonly rpoSeconds: number;
  readonly newestEntryAt: Date | null;
  /** From the decision to restore until the restored registry has served a package; of the sample. */
  readonly rtoSeconds: number;
  readonly samplePercent: number;
  readonly records: number;
  readonly objects: number;
  readonly objectBytes: number;
  /** The package that was downloaded through the gate; null: there is none that can be. */
  readonly downloaded: string | null;
  readonly secrets: 'restored' | 'not-tried' | 'left-out';
  readonly problems: readonly string[];
}

/** Rejects when anything is missing or damaged, or takes longer than it may. Leaves nothing behind. */
export async function drill(given: DrillGiven, print: Print): Promise<void> {
  const takenUp = performance.now();
  const now = new Date();
  const tell = given.json ? () => {} : print;
  const place = await openPlace(given.folder, { mustExist: true });
  const manifest = await chooseBackup({ place, tell }, null);
  const scratch = await mkdtemp(join(tmpdir(), 'assay-drill-'));
  try {
    const config = readConfig({
      ASSAY_DATA: join(scratch, 'data'),
      ASSAY_PORT: '0',
      ASSAY_LOG_LEVEL: 'silent',
    });
    const restored = await restoreInto(config, place, manifest, { ...given, tell });
    const served = await serveOne(config);
    const rtoSeconds = (performance.now() - takenUp) / 1000;
    const report = reportOf(manifest, given, { restored, served, rtoSeconds, now });
    if (given.json) print(JSON.stringify(report, null, 2));
    else for (const line of linesOf(report)) print(line);
    if (report.problems.length > 0) {
      throw new RegistryError('unavailable', `The backup does not do: ${report.problems.length} problems.`);
    }
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

async function restoreInto(
  config: Config,
  place: Awaited<ReturnType<typeof openPlace>>,
  manifest: BackupManifest,
  { passphrase, parallel, samplePercent, tell }: DrillGiven & { readonly tell: Print },
): Promise<Restored> {
  const { opened, close } = await openRestorePorts(config, { place, manifest, passphrase, parallel, tell });
  try {
    // By the digest, so that a drill looks at the same objects every time, and each object at the same chance.
    const isWanted = (digest: string) => Number.parseInt(digest.slice(0, 8), 16) % 100 < samplePercent;
    return await restoreBackup(opened, { despiteProblems: true, isWanted });
  } finally {
    await close();
  }
}

interface Served {
  /** `kind/name version`; null: nothing is published, or all of it waits for a validator. */
  readonly downloaded: string | null;
  readonly problem: string | null;
}

/** Starts the restored registry, and downloads something from it as a client does. */
async function serveOne(config: Config): Promise<Served> {
  const logger = createLogger(config.server);
  const wired = await wire(config, logger);
  try {
    const app = await buildApp(wired.registry, config.server, logger, plainLines(logger));
    try {
      wired.listeningAt(await app.listen({ host: '127.0.0.1', port: 0 }));
      return await download(wired.registry);
    } finally {
      app.server.closeAllConnections();
      await app.close();
    }
  } finally {
    await wired.flushAudit();
    await wired.close();
  }
}

/** The newest published version that is there: a sample may lack some. */
async function download(registry: Registry): Promise<Served> {
  const caller = operator(registry.randomness.id());
  let problem: string | null = null;
  for (let after: string | undefined, tries = 0; tries < 5; tries++) {
    const page = await registry.versions.listByState('published', { limit: 20, ...(after && { after }) });
    for (const version of page.items) {
      const pkg = await registry.packages.find(version.packageId);
      if (pkg === null || pkg.sensitive) continue;
      const what = `${pkg.kind}/${pkg.name} ${version.label}`;
      try {
        const found = await downloadVersion(registry, caller, { packageId: pkg.id, label: version.label });
        if ((await digestAt(found.url)) === found.digest) return { downloaded: what, problem: null };
        problem = `${what} is served with other bytes`;
      } catch (error) {
        problem = `${what} cannot be downloaded: ${error instanceof Error ? error.message : error}`;
      }
    }
    if (page.next === null) break;
    after = page.next;
  }
  return { downloaded: null, problem };
}

async function digestAt(url: string): Promise<string> {
  const response = await fetch(url);
  if (!response.ok || response.body === null) throw new Error(`answered ${response.status}`);
  const hash = createHash('sha256');
  for await (const chunk of response.body) hash.update(chunk);
  return hash.digest('hex');
}

function reportOf(
  manifest: BackupManifest,
  given: DrillGiven,
  {
    restored,
    served,
    rtoSeconds,
    now,
  }: { restored: Restored; served: Served; rtoSeconds: number; now: Date },
): DrillReport {
  const rpoSeconds = (now.getTime() - manifest.takenAt.getTime()) / 1000;
  const over = [
    overLimit('RTO', rtoSeconds, given.rtoLimitSeconds),
    overLimit('RPO', rpoSeconds, given.rpoLimitSeconds),
    // What is not in a sample cannot be downloaded.
    given.samplePercent === 100 ? served.problem : null,
  ].filter((problem) => problem !== null);
  return {
    backup: manifest.id,
    takenAt: manifest.takenAt,
    rpoSeconds: rounded(rpoSeconds),
    newestEntryAt: manifest.newestEntryAt,
    rtoSeconds: rounded(rtoSeconds),
    samplePercent: given.samplePercent,
    records: restored.records,
    objects: restored.objects,
    objectBytes: restored.objectBytes,
    downloaded: served.downloaded,
    secrets:
      given.passphrase !== null ? 'restored' : manifest.secrets === 'sealed' ? 'not-tried' : 'left-out',
    problems: [...restored.problems, ...over],
  };
}

function overLimit(what: string, seconds: number, limit: number | null): string | null {
  return limit === null || seconds <= limit ? null : `${what} is ${rounded(seconds)} s, more than ${limit} s`;
}

function rounded(seconds: number): number {
  return Math.round(seconds * 10) / 10;
}

function linesOf(report: DrillReport): string[] {
  const sample = report.samplePercent === 100 ? '' : ` (of ${report.samplePercent} % of the content)`;
  return [
    `Backup ${report.backup}: ${report.records} records, ${report.objects} objects, ${report.objectBytes} bytes.`,
    `RTO: ${report.rtoSeconds} s from the backup to a registry that serves${sample}.`,
    `RPO: ${report.rpoSeconds} s since ${report.takenAt.toISOString()}; what was committed since would be lost.`,
    report.downloaded === null
      ? 'Nothing could be downloaded.'
      : `Downloaded through the gate: ${report.downloaded}.`,
    `Secrets: ${report.secrets}.`,
    ...report.problems.map((problem) => `PROBLEM: ${problem}.`),
    ...(report.problems.length === 0 ? ['Everything is there.'] : []),
  ];
}
