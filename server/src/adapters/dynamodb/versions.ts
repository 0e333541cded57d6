// Versions, in the table `packages`:
//
//   package#<package id>  version#<order key>#<id>  the version: a package's are in the order of their labels
//   package#<package id>  label#<label>             whose the label is; not there for rejected versions
//   version#<id>          -                         where the version lies
//
// and in the table `contents`:
//
//   content#<digest>      version#<id>            the version has this content
//
// The index `list` has the versions of one state, oldest first.
import { RegistryError } from '../../core/errors.ts';
import {
  isPreRelease,
  type LabelRange,
  orderKey,
  type QuarantineStatistics,
  type Review,
  type Version,
  type VersionChanged,
  type VersionInserted,
  type VersionState,
  type VersionStore,
} from '../../core/packages/index.ts';
import { type Page, type PageRequest, pageOf, sortKeyOf } from '../../core/paging.ts';
import type { ChangePlanners } from './change-planners.ts';
import type { Attributes, DynamoDatabase } from './database.ts';
import { pageById, textCursor } from './pages.ts';
import { take } from './ranges.ts';
import { requireRevisionBefore } from './revisions.ts';
import { alone, type Key, shardOf, shardsOf } from './tables.ts';
import type { WorkingItems } from './working-items.ts';

/** Moments are milliseconds since 1970. */
export interface VersionRow extends Omit<Version, 'createdAt' | 'decidedAt' | 'publishedAt' | 'review'> {
  readonly createdAt: number;
  readonly decidedAt: number | null;
  readonly publishedAt: number | null;
  /** Absent in those of before there was any. */
  readonly review?: {
    readonly since: number;
    readonly approval: (Omit<Approval, 'at'> & { readonly at: number }) | null;
  } | null;
}

type Approval = NonNullable<Review['approval']>;

/** Which package and label a version has. */
export interface VersionPlaceRow {
  readonly packageId: string;
  readonly label: string;
}

/** Every version that is published goes through the partitions of two or three states. */
const stateShards = 4;

/** Of each partition: beyond some thousand cases their exact number tells nobody anything. */
const mostCounted = 1_000;

export const versionPlanners: ChangePlanners<VersionInserted | VersionChanged> = {
  'version.insert': {
    reads: ({ version }) => [labelKey(version)],
    plan: async (items, { version }) => {
      const label = labelKey(version);
      if (version.state !== 'rejected') {
        if ((await items.get(label)) !== null) {
          throw new RegistryError('version-exists', `The package has a version ${version.label} already.`);
        }
        items.put(label, { versionId: version.id });
      }
      items.put(versionPlaceKey(version.id), { packageId: version.packageId, label: version.label });
      items.put(versionKey(version), versionRowOf(version));
      placeByDigest(items, version, null);
    },
  },

  'version.change': {
    reads: ({ version }) => [versionKey(version)],
    plan: async (items, { version }) => {
      const stored = await items.get<VersionRow>(versionKey(version));
      requireRevisionBefore(stored, version, `The version ${version.label}`);
      items.put(versionKey(version), versionRowOf(version));
      placeByDigest(items, version, stored);
      // It was this version's: only one that is not rejected has come to be changed.
      if (version.state === 'rejected') items.delete(labelKey(version));
    },
  },
};

export class DynamoVersionStore implements VersionStore {
  readonly #database: DynamoDatabase;

  constructor(database: DynamoDatabase) {
    this.#database = database;
  }

  async find(id: string): Promise<Version | null> {
    const place = await this.#database.get<VersionPlaceRow>(versionPlaceKey(id));
    const row = place && (await this.#database.get<VersionRow>(versionKey({ id, ...place })));
    return row && versionOf(row);
  }

  /** Rejected ones are older than the one that has their label: the first that is read is mostly the one sought. */
  async findByLabel(packageId: string, label: string): Promise<Version | null> {
    const rows = this.#database.query<VersionRow>({
      table: 'packages',
      partition: partitionOf(packageId),
      sort: { beginsWith: `${labelled(orderKey(label))}#` },
      descending: true,
      pageSize: 2,
    });
    for await (const row of rows) if (row.state !== 'rejected') return versionOf(row);
    return null;
  }

  async list(
    packageId: string,
    filter: { states: readonly VersionState[]; labels?: LabelRange | undefined },
    page: PageRequest,
  ): Promise<Page<Version>> {
    const rows = this.#inOrder(packageId, filter, page);
    const taken = await take(rows, page.limit + 1);
    return pageOf(taken, page.limit, ({ label, id }) => [orderKey(label), id], versionOf);
  }

  async *#inOrder(
    packageId: string,
    { states, labels }: { states: readonly VersionState[]; labels?: LabelRange | undefined },
    { after, limit }: PageRequest,
  ): AsyncGenerator<VersionRow> {
    const [from, to] = labels === undefined ? ['', '~'] : [labels.from, `${labels.to}#~`];
    const highest = [labelled(to), ...(after === undefined ? [] : [keyAfter(after)])].sort()[0] ?? '';
    const lowest = labelled(from);
    if (highest < lowest) return;
    const rows = this.#database.query<VersionRow & { sk: string }>({
      table: 'packages',
      partition: partitionOf(packageId),
      sort: { between: [lowest, highest] },
      descending: true,
      pageSize: limit + 2,
    });
    for await (const row of rows) {
      const isNext = after === undefined || row.sk < highest;
      const inRange = labels === undefined || labels.preReleases || !isPreRelease(row.label);
      if (isNext && inRange && states.includes(row.state)) yield row;
    }
  }

  async listByState(state: VersionState, page: PageRequest): Promise<Page<Version>> {
    const partitions = shardsOf(partitionOfState(state), stateShards).map(
      (partition) => ({ table: 'packages', index: 'list', partition }) as const,
    );
    return pageById(this.#database, { partitions, order: 'oldest first' }, page, versionOf);
  }

  async quarantineStatistics(): Promise<QuarantineStatistics> {
    const shards = await Promise.all(
      shardsOf(partitionOfState('quarantined'), stateShards).map((partition) =>
        take(this.#database.query<VersionRow>({ table: 'packages', index: 'list', partition }), mostCounted),
      ),
    );
    const rows = shards.flat();
    const oldest = Math.min(...rows.map(({ review }) => review?.since ?? Number.POSITIVE_INFINITY));
    return { waiting: rows.length, oldestSince: Number.isFinite(oldest) ? new Date(oldest) : null };
  }

  async listByDigest(digest: string, page: PageRequest): Promise<Page<Version>> {
    const after = page.after === undefined ? '' : textCursor(page.after);
    const places = this.#database.query<VersionPlaceRow & { sk: string }>({
      table: 'contents',
      partition: `content#${digest}`,
      // Behind every id: ids are of ASCII.
      sort: { between: [`${ofDigest}${after}`, `${ofDigest}~`] },
      pageSize: page.limit + 2,
    });
    const taken: (VersionPlaceRow & { id: string })[] = [];
    for await (const { sk, ...place } of places) {
      const id = sk.slice(ofDigest.length);
      if (id !== after) taken.push({ ...place, id });
      if (taken.length > page.limit) break;
    }
    const rows = await this.#database.getMany<VersionRow>(taken.map(versionKey));
    const found = new Map(rows.filter((row) => row !== null).map((row) => [row.id, row]));
    const { items, next } = pageOf(
      taken,
      page.limit,
      ({ id }) => [id],
      ({ id }) => found.get(id),
    );
    return { items: items.filter((row) => row !== undefined).map(versionOf), next };
  }
}

/** Where the version is found by its content: `stored` is what it was before. */
export function placeByDigest(
  items: WorkingItems,
  version: Pick<Version, 'id' | 'packageId' | 'label' | 'digest'>,
  stored: Pick<VersionRow, 'digest'> | null,
): void {
  const { id, packageId, label, digest } = version;
  if (stored !== null && stored.digest === digest) return;
  if (stored?.digest) items.delete(versionOfDigestKey(stored.digest, id));
  if (digest !== null)
    items.put(versionOfDigestKey(digest, id), { packageId, label } satisfies VersionPlaceRow);
}

const ofDigest = 'version#';

export function versionOfDigestKey(digest: string, versionId: string): Key {
  return { table: 'contents', pk: `content#${digest}`, sk: `${ofDigest}${versionId}` };
}

function keyAfter(cursor: string): string {
  const [key, id] = sortKeyOf(cursor, ['string', 'string']) as [string, string];
  return `${labelled(key)}#${id}`;
}

function partitionOf(packageId: string): string {
  return `package#${packageId}`;
}

function partitionOfState(state: VersionState): string {
  return `versions#${state}`;
}

/** No character of an order key sorts before `#`, apart from `!`, behind which a key ends or goes on with a digit. */
function labelled(key: string): string {
  return `version#${key}`;
}

export function versionKey({ packageId, label, id }: Pick<Version, 'packageId' | 'label' | 'id'>): Key {
  return { table: 'packages', pk: partitionOf(packageId), sk: `${labelled(orderKey(label))}#${id}` };
}

export function labelKey({ packageId, label }: Pick<Version, 'packageId' | 'label'>): Key {
  return { table: 'packages', pk: partitionOf(packageId), sk: `label#${label}` };
}

/** Of the item that tells which package and label the version has. */
export function versionPlaceKey(versionId: string): Key {
  return { table: 'packages', pk: `version#${versionId}`, sk: alone };
}

export function versionRowOf(version: Version): Attributes {
  const { id, state, uploadedBy } = version;
  const row: VersionRow = {
    id,
    packageId: version.packageId,
    label: version.label,
    state,
    uploadId: version.uploadId,
    fileName: version.fileName,
    contentType: version.contentType,
    sizeBytes: version.sizeBytes,
    digest: version.digest,
    declaredDigest: version.declaredDigest,
    uploadedBy: { userId: uploadedBy.userId, userName: uploadedBy.userName },
    createdAt: version.createdAt.getTime(),
    decidedAt: version.decidedAt?.getTime() ?? null,
    publishedAt: version.publishedAt?.getTime() ?? null,
    review: reviewRowOf(version.review),
    reason: version.reason,
    license: version.license,
    summary: version.summary,
    revision: version.revision,
  };
  return { ...row, listPk: shardOf(partitionOfState(state), id, stateShards), listSk: id };
}

function reviewRowOf(review: Review | null): NonNullable<VersionRow['review']> | null {
  if (review === null) return null;
  const { since, approval } = review;
  return { since: since.getTime(), approval: approval && { ...approval, at: approval.at.getTime() } };
}

function reviewOf(row: NonNullable<VersionRow['review']> | null): Review | null {
  if (row === null) return null;
  const { since, approval } = row;
  return { since: new Date(since), approval: approval && { ...approval, at: new Date(approval.at) } };
}

export function versionOf(row: VersionRow): Version {
  const { decidedAt, publishedAt, uploadedBy } = row;
  return {
    id: row.id,
    packageId: row.packageId,
    label: row.label,
    state: row.state,
    uploadId: row.uploadId,
    fileName: row.fileName,
    contentType: row.contentType,
    sizeBytes: row.sizeBytes,
    digest: row.digest,
    declaredDigest: row.declaredDigest,
    uploadedBy: { userId: uploadedBy.userId, userName: uploadedBy.userName },
    createdAt: new Date(row.createdAt),
    decidedAt: decidedAt === null ? null : new Date(decidedAt),
    publishedAt: publishedAt === null ? null : new Date(publishedAt),
    review: reviewOf(row.review ?? null),
    reason: row.reason,
    license: row.license,
    summary: row.summary,
    revision: row.revision,
  };
}
