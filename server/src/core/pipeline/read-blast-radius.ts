// Who has the bytes of a version that should not have gone out, and where else they are.
import type { AuditLog } from '../audit/index.ts';
import type { Package, PackageStore, Version, VersionStore } from '../packages/index.ts';
import { cursorFrom, type Page, type PageRequest, sortKeyOf } from '../paging.ts';
import type { ReportStore } from './ports.ts';
import { readCase } from './review-version.ts';

/** A version with the same bytes, and who has downloaded it or read files in it. */
export interface Reach {
  readonly package: Package;
  readonly version: Version;
  readonly readers: readonly Reader[];
  /** The readers of this version go on with the next page, which begins with it. */
  readonly continues: boolean;
}

export interface Reader {
  readonly userId: string;
  readonly userName: string;
  readonly downloads: number;
  readonly firstAt: Date;
  readonly lastAt: Date;
}

export interface BlastRadiusPorts {
  readonly packages: Pick<PackageStore, 'find'>;
  readonly versions: Pick<VersionStore, 'find' | 'listByDigest'>;
  readonly reports: ReportStore;
  readonly audit: Pick<AuditLog, 'list'>;
}

/** Audit entries that one page is made of, at most. */
const mostEntries = 5_000;
const reading = ['version.download', 'version.read-file'] as const;

/**
 * The versions that contain the bytes of the one under review, itself among them, oldest first. Together the pages
 * have every download there was; one page looks at a bounded number of them.
 */
export async function readBlastRadius(
  ports: BlastRadiusPorts,
  asked: PageRequest & { versionId: string },
): Promise<Page<Reach>> {
  const { version } = await readCase(ports, asked.versionId);
  const sharing = version.digest === null ? alone(version, asked) : others(ports, version.digest, asked);
  const [, within = ''] = placeIn(asked.after);
  const found: Reach[] = [];
  let [left, entriesAfter] = [mostEntries, within];
  for await (const next of sharing) {
    if (found.length === asked.limit || left <= 0) return { items: found, next: cursorFrom([next.id, '']) };
    const { readers, looked, rest } = await readersOf(ports, next, entriesAfter, left);
    const pkg = await ports.packages.find(next.packageId);
    if (pkg !== null) found.push({ package: pkg, version: next, readers, continues: rest !== null });
    if (rest !== null) return { items: found, next: cursorFrom([next.id, rest]) };
    left -= looked;
    entriesAfter = '';
  }
  return { items: found, next: null };
}

/** The version that a page begins with, and behind which entry of the audit. */
function placeIn(after: string | undefined): [string?, string?] {
  return after === undefined ? [] : (sortKeyOf(after, ['string', 'string']) as [string, string]);
}

async function* alone(version: Version, { after }: PageRequest): AsyncGenerator<Version> {
  if (after === undefined) yield version;
}

async function* others(
  { versions }: BlastRadiusPorts,
  digest: string,
  { limit, after }: PageRequest,
): AsyncGenerator<Version> {
  const [beginning] = placeIn(after);
  let next: string | undefined;
  do {
    const page = await versions.listByDigest(digest, { limit: limit + 1, after: next });
    for (const version of page.items) if (beginning === undefined || version.id >= beginning) yield version;
    next = page.next ?? undefined;
  } while (next !== undefined);
}

async function readersOf(
  { audit }: BlastRadiusPorts,
  { packageId, id: versionId }: Version,
  after: string,
  mostLooked: number,
): Promise<{ readers: Reader[]; looked: number; rest: string | null }> {
  const filter = { packageId, versionId, operations: reading, outcome: 'succeeded' } as const;
  const readers = new Map<string, Reader>();
  let looked = 0;
  let next: string | null = after === '' ? null : after;
  do {
    const page: Awaited<ReturnType<AuditLog['list']>> = await audit.list(filter, {
      limit: 200,
      after: next ?? undefined,
    });
    // A page without entries counts, too: it has cost a look.
    looked += Math.max(1, page.items.length);
    for (const { actor, at } of page.items) {
      if (actor !== null) readers.set(actor.userId, withDownload(readers.get(actor.userId), actor, at));
    }
    next = page.next;
  } while (next !== null && looked < mostLooked);
  return { readers: [...readers.values()], looked, rest: next };
}

/** Entries come newest first. */
function withDownload(
  before: Reader | undefined,
  { userId, userName }: Pick<Reader, 'userId' | 'userName'>,
  at: Date,
): Reader {
  if (before === undefined) return { userId, userName, downloads: 1, firstAt: at, lastAt: at };
  return { ...before, downloads: before.downloads + 1, firstAt: at };
}
