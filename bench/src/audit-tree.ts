// How many audit entries a second are appended and put into the signed tree, whether memory grows with them, and how
// long a proof of one of them takes. ASSAY_BENCH_AUDIT_ENTRIES says of how many; ten million take a while.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MemorySecretStore } from '../../server/src/adapters/memory/secret-store.ts';
import { migrate } from '../../server/src/adapters/sql/migrate.ts';
import { openSqlite } from '../../server/src/adapters/sql/sqlite-database.ts';
import { sqliteEngine } from '../../server/src/adapters/sql/sqlite-engine.ts';
import { SystemClock } from '../../server/src/adapters/system/clock.ts';
import { SystemRandomness } from '../../server/src/adapters/system/randomness.ts';
import { type AuditEntry, proveEntry, TreeKeeper } from '../../server/src/core/audit/index.ts';
import type { Caller } from '../../server/src/core/caller.ts';
import type { RecordsEngine } from '../../server/src/core/engine.ts';
import { RegistryKeys } from '../../server/src/core/signing/index.ts';
import type { Row } from './tables.ts';

const entries = Number(process.env.ASSAY_BENCH_AUDIT_ENTRIES ?? 200_000);
const batch = 500;
const proofs = 1_000;
const mebibyte = 1024 * 1024;

const [clock, randomness] = [new SystemClock(), new SystemRandomness()];

export async function measureAuditTree(): Promise<Row[]> {
  const folder = await mkdtemp(join(tmpdir(), 'assay-bench-audit-'));
  const database = openSqlite(join(folder, 'registry.db'));
  try {
    await migrate(database);
    const engine = sqliteEngine(database);
    const { perSecond, grownBytes } = await fill(engine);
    const count = entries.toLocaleString('en');
    return [
      {
        figure: `audit entries appended, in the tree and signed, ${count} of them (entries/s)`,
        ours: perSecond,
        theirs: null,
        target: '≥ 2000',
      },
      {
        figure: `memory at the end beyond that after a tenth of ${count} entries (MiB)`,
        ours: grownBytes / mebibyte,
        theirs: null,
        target: '≤ 64',
      },
      {
        figure: `proof of an entry among ${count}, 95th percentile (ms)`,
        ours: await proofMs(engine),
        theirs: null,
        target: '≤ 10',
      },
    ];
  } finally {
    await database.close();
    await rm(folder, { recursive: true });
  }
}

/** As a busy server does it: entries are appended in batches while the keeper of the same process takes them. */
async function fill(engine: RecordsEngine) {
  const signer = await RegistryKeys.open({ clock, randomness, secrets: new MemorySecretStore() });
  const settings = {
    origin: 'bench/audit',
    everyMs: 100,
    checkpointEveryMs: 1_000,
    checkpointEntries: 10_000,
  };
  const keeper = new TreeKeeper(
    { clock, randomness, auditTree: engine.auditTree, signer },
    settings,
    (problem, cause) => {
      throw new Error(problem, { cause });
    },
  );
  const begun = performance.now();
  let early = 0;
  for (let appended = 0; appended < entries; appended += batch) {
    await engine.audit.append(
      Array.from({ length: Math.min(batch, entries - appended) }, (_, i) => entryOf(appended + i)),
    );
    if (appended % (batch * 4) === 0) await keeper.pass();
    if (early === 0 && appended >= entries / 10) early = process.memoryUsage.rss();
  }
  await keeper.pass();
  const seconds = (performance.now() - begun) / 1_000;
  const { size } = await engine.auditTree.head();
  if (size !== entries) throw new Error(`${size} of ${entries} entries are in the tree`);
  return { perSecond: entries / seconds, grownBytes: process.memoryUsage.rss() - early };
}

function entryOf(number: number): AuditEntry {
  return {
    id: randomness.id(),
    at: clock.now(),
    operation: 'version.download',
    actor: { userId: `user-${number % 1_000}`, userName: `somebody-${number % 1_000}`, tokenId: null },
    address: '192.0.2.1',
    requestId: `request-${number}`,
    subject: {
      packageId: `package-${number % 5_000}`,
      packageName: 'a-package',
      versionLabel: '1.0.0',
      sizeBytes: number,
    },
    outcome: 'succeeded',
    reason: null,
  };
}

const administrator: Caller = {
  user: {
    id: 'admin',
    name: 'admin',
    permissions: new Set(['admin']),
    groupIds: new Set(),
    reviewer: true,
    mustChangePassword: false,
  },
  token: null,
  address: '',
  requestId: 'bench',
};

async function proofMs(engine: RecordsEngine): Promise<number> {
  const took: number[] = [];
  const size = (await engine.auditTree.checkpoint())?.size ?? 0;
  for (let i = 0; i < proofs; i++) {
    const [placed] = await engine.auditTree.entries(Math.floor(Math.random() * size), 1);
    const begun = performance.now();
    await proveEntry(engine, administrator, { entryId: placed?.entry.id ?? '' });
    took.push(performance.now() - begun);
  }
  return took.sort((one, other) => one - other)[Math.floor(proofs * 0.95)] ?? Number.NaN;
}
