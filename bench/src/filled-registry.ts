// A registry's database with as many versions as asked for, made through the engine's own commits and kept for later
// runs in the system's folder for temporary files.
//
// 10 versions a package on average (1 to some 60), one package in 20 a dataset, the rest models and code; names of two
// words, descriptions of 15, READMEs of 150 (about 1 KB); 2 % of packages hidden, 1 % of versions quarantined, 1 % yanked.
// Beside them as many entries in the audit log, spread over 1,000 users and a year.
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { sql } from 'kysely';
import { migrate } from '../../server/src/adapters/sql/migrate.ts';
import { sqlEngine } from '../../server/src/adapters/sql/sql-engine.ts';
import { openSqlite } from '../../server/src/adapters/sql/sqlite-database.ts';
import { SystemRandomness } from '../../server/src/adapters/system/randomness.ts';
import type { AuditEntry } from '../../server/src/core/audit/index.ts';
import { maximumChanges } from '../../server/src/core/commit.ts';
import type { AnyChange, RecordsEngine } from '../../server/src/core/engine.ts';
import {
  openAccess,
  orderKey,
  type Package,
  type PackageKind,
  type Version,
} from '../../server/src/core/packages/index.ts';
import { randomFrom, someNameWord, someWords } from './words.ts';

const users = 1_000;
const groups = 50;
const yearMs = 365 * 86_400_000;
const begin = Date.UTC(2025, 0, 1);
const ids = new SystemRandomness();

/** The path of a database with so many versions; it is not to be changed, only copied. */
export async function filledDatabase(versions: number): Promise<string> {
  const folder = join(tmpdir(), 'assay-bench-cache');
  const path = join(folder, `${versions}-${await shapeDigest()}.db`);
  if (existsSync(path)) return path;
  await mkdir(folder, { recursive: true });
  console.error(
    `Filling a registry with ${versions.toLocaleString('en')} versions (once; kept in ${folder}) …`,
  );
  const unfinished = `${path}.unfinished`;
  for (const ending of ['', '-wal', '-shm']) await rm(unfinished + ending, { force: true });
  await fill(unfinished, versions);
  await rename(unfinished, path);
  return path;
}

/** Another schema, another search or another generator is another database. */
async function shapeDigest(): Promise<string> {
  const migrations = fileURLToPath(new URL('../../server/migrations/sqlite/', import.meta.url));
  const sources = (await readdir(migrations)).sort().map((name) => join(migrations, name));
  const here = [
    './filled-registry.ts',
    './words.ts',
    '../../server/src/adapters/sql/package-search-terms.ts',
  ];
  sources.push(...here.map((name) => fileURLToPath(new URL(name, import.meta.url))));
  const hash = createHash('sha256');
  for (const source of sources) hash.update(await readFile(source));
  return hash.digest('hex').slice(0, 12);
}

async function fill(path: string, versions: number): Promise<void> {
  const database = openSqlite(path);
  await migrate(database);
  await sql`PRAGMA synchronous = OFF`.execute(database.write);
  const engine = sqlEngine(database);
  const random = randomFrom(versions);
  let changes: AnyChange[] = [];
  for (const change of packagesWith(random, versions)) {
    changes.push(change);
    if (changes.length < maximumChanges) continue;
    await engine.commit(changes);
    changes = [];
  }
  if (changes.length > 0) await engine.commit(changes);
  await fillAudit(engine, random, versions);
  await database.close();
}

/** The packages of a registry with so many versions, in the order of their making. */
export function* packagesWith(random: () => number, versions: number): Iterable<AnyChange> {
  for (let made = 0, packages = 0; made < versions; packages++) {
    const count = Math.min(versions - made, 1 + Math.floor(-Math.log(1 - random()) * 9.5));
    yield* packageWithVersions(random, packages, count);
    made += count;
    if (packages % 10_000 === 9_999) console.error(`  ${made.toLocaleString('en')} versions`);
  }
}

function* packageWithVersions(random: () => number, nth: number, count: number): Iterable<AnyChange> {
  const pkg = somePackage(random, nth);
  const versions = labels(random, count).map((label) => someVersion(random, pkg, label));
  const [latest] = versions
    .filter((version) => version.state === 'published')
    .sort((one, other) => (orderKey(one.label) < orderKey(other.label) ? 1 : -1));
  const shown = latest !== undefined && random() >= 0.02;
  yield {
    change: 'package.insert',
    package: {
      ...pkg,
      state: shown ? 'published' : 'hidden',
      latest: shown ? { versionId: latest.id, label: latest.label } : null,
    },
  };
  for (const version of versions) {
    yield { change: 'version.insert', version };
    if (version.digest !== null)
      yield { change: 'content.hold', digest: version.digest, versionId: version.id };
  }
  const { name, title, description } = pkg;
  if (!shown) return;
  const document = { name, title, description, readme: someWords(random, 150) };
  yield { change: 'package.index', packageId: pkg.id, document };
}

function somePackage(random: () => number, nth: number): Package {
  const words = `${someNameWord(random)}-${someNameWord(random)}`;
  const owner = Math.floor(random() ** 3 * users);
  const at = new Date(begin + random() * yearMs);
  return {
    id: ids.id(),
    kind: someKind(random()),
    name: `${words}-${nth.toString(36)}`,
    title: `${words.replace('-', ' ')} ${someWords(random, 2)}`,
    description: someWords(random, 15),
    ownerId: `user-${owner}`,
    ownerName: `user-${owner}`,
    groupId: random() < 0.3 ? `group-${Math.floor(random() * groups)}` : null,
    ...openAccess,
    state: 'published',
    createdAt: at,
    updatedAt: at,
    latest: null,
    revision: 1,
  };
}

function someKind(share: number): PackageKind {
  if (share < 0.05) return 'dataset';
  return share < 0.6 ? 'model' : 'code';
}

/** Rising ones, mostly patches, some of them pre-releases. */
function labels(random: () => number, count: number): string[] {
  let [major, minor, patch] = [random() < 0.4 ? 0 : 1, 0, 0];
  return Array.from({ length: count }, () => {
    const step = random();
    if (step < 0.05) [major, minor, patch] = [major + 1, 0, 0];
    else if (step < 0.35) [minor, patch] = [minor + 1, 0];
    else patch++;
    return `${major}.${minor}.${patch}${random() < 0.05 ? '-rc.1' : ''}`;
  });
}

function someVersion(random: () => number, pkg: Package, label: string): Version {
  const id = ids.id();
  const share = random();
  const state = share < 0.01 ? 'quarantined' : share < 0.02 ? 'yanked' : 'published';
  return {
    id,
    packageId: pkg.id,
    label,
    state,
    uploadId: ids.id(),
    fileName: `${pkg.name}-${label}.zip`,
    contentType: 'application/zip',
    sizeBytes: Math.floor(1000 + random() ** 4 * 1e9),
    digest: createHash('sha256').update(id).digest('hex'),
    declaredDigest: null,
    uploadedBy: { userId: pkg.ownerId, userName: pkg.ownerName },
    createdAt: pkg.createdAt,
    decidedAt: pkg.createdAt,
    publishedAt: state === 'quarantined' ? null : pkg.createdAt,
    review: state === 'quarantined' ? { since: pkg.createdAt, approval: null } : null,
    reason: null,
    license: 'MIT',
    summary: '',
    revision: 1,
  };
}

async function fillAudit(engine: RecordsEngine, random: () => number, count: number): Promise<void> {
  const { items: packages } = await engine.packages.list({ states: ['published'] }, { limit: 200 });
  const batch = 10_000;
  for (let done = 0; done < count; done += batch) {
    await engine.audit.append(
      Array.from({ length: batch }, (_, i) => {
        const share = (done + i) / count;
        return someEntry(random, share, packages[Math.floor(random() * packages.length)]);
      }),
    );
  }
}

function someEntry(random: () => number, share: number, pkg: Package | undefined): AuditEntry {
  const user = `user-${Math.floor(random() ** 3 * users)}`;
  const denied = random() < 0.01;
  return {
    id: ids.id(),
    at: new Date(begin + share * yearMs),
    operation: random() < 0.5 ? 'version.download' : 'package.read',
    actor: random() < 0.05 ? null : { userId: user, userName: user, tokenId: null },
    address: '192.0.2.1',
    requestId: ids.id(),
    subject: pkg === undefined ? {} : { packageId: pkg.id, packageName: pkg.name },
    outcome: denied ? 'denied' : 'succeeded',
    reason: denied ? 'permission-denied' : null,
  };
}

if (import.meta.main) {
  for (const versions of process.argv.slice(2)) console.log(await filledDatabase(Number(versions)));
}
