import { type CompiledQuery, sql } from 'kysely';
import { RegistryError } from '../../core/errors.ts';
import {
  type LabelRange,
  orderKey,
  type QuarantineStatistics,
  type Review,
  readableStates,
  type Version,
  type VersionChanged,
  type VersionInserted,
  type VersionState,
  type VersionStore,
} from '../../core/packages/index.ts';
import { type Page, type PageRequest, pageOf, sortKeyOf } from '../../core/paging.ts';
import type { ChangeAppliers } from './change-appliers.ts';
import { pageById } from './page-by-id.ts';
import { dateOf, millisecondsOf, requireUpdated } from './rows.ts';
import type { SqlDatabase } from './sql-database.ts';

interface VersionRow {
  id: string;
  package_id: string;
  label: string;
  order_key: string;
  state: string;
  upload_id: string;
  file_name: string;
  content_type: string;
  size_bytes: number;
  digest: string | null;
  declared_digest: string | null;
  uploader_id: string;
  uploader_name: string;
  created_at: number;
  decided_at: number | null;
  published_at: number | null;
  review_since: number | null;
  /** JSON. */
  review_approval: string | null;
  reason: string | null;
  license: string;
  summary: string;
  revision: number;
}

export interface VersionTables {
  versions: VersionRow;
}

export const versionChanges: ChangeAppliers<VersionInserted | VersionChanged> = {
  'version.insert': async (write, { version }) => {
    const { numInsertedOrUpdatedRows } = await write
      .insertInto('versions')
      .values(versionRowOf(version))
      .onConflict((conflict) =>
        conflict.columns(['package_id', 'label']).where('state', '<>', sql.lit('rejected')).doNothing(),
      )
      .executeTakeFirstOrThrow();
    if (numInsertedOrUpdatedRows !== 1n) {
      throw new RegistryError('version-exists', `The package has a version ${version.label} already.`);
    }
  },

  'version.change': async (write, { version }) => {
    const { id, ...row } = versionRowOf(version);
    const updated = await write
      .updateTable('versions')
      .set(row)
      .where('id', '=', id)
      .where('revision', '=', row.revision - 1)
      .executeTakeFirst();
    requireUpdated(updated, `The version ${version.label}`);
  },
};

const waiting: ReadonlySet<VersionState> = new Set(['pending', 'quarantined', 'releasing', 'rejected']);
const readable: ReadonlySet<VersionState> = new Set(readableStates);
/** Says it in the words of the index `versions_waiting`, so that SQLite sees that all of them are in it. */
const isWaiting = sql<boolean>`state IN ('pending', 'quarantined', 'releasing', 'rejected')`;

/** The same for `versions_readable`. */
const isReadable = sql<boolean>`state IN ('published', 'yanked')`;

export class SqlVersionStore implements VersionStore {
  readonly #database: SqlDatabase;
  /** On the path of most requests: compiled once. */
  readonly #byId: CompiledQuery<VersionRow>;

  constructor(database: SqlDatabase) {
    this.#database = database;
    this.#byId = database.read.selectFrom('versions').selectAll().where('id', '=', '').compile();
  }

  async find(id: string): Promise<Version | null> {
    const {
      rows: [row],
    } = await this.#database.read.executeQuery<VersionRow>({ ...this.#byId, parameters: [id] });
    return row === undefined ? null : versionOf(row);
  }

  async findByLabel(packageId: string, label: string): Promise<Version | null> {
    const row = await this.#database.read
      .selectFrom('versions')
      .selectAll()
      .where('package_id', '=', packageId)
      .where('label', '=', label)
      .where('state', '<>', sql.lit('rejected'))
      .executeTakeFirst();
    return row === undefined ? null : versionOf(row);
  }

  async list(
    packageId: string,
    filter: { states: readonly VersionState[]; labels?: LabelRange | undefined },
    page: PageRequest,
  ): Promise<Page<Version>> {
    let query = this.#database.read
      .selectFrom('versions')
      .selectAll()
      .where('package_id', '=', packageId)
      .where('state', 'in', filter.states);
    if (filter.labels !== undefined) {
      query = query
        .where('order_key', '>=', filter.labels.from)
        .where('order_key', '<=', filter.labels.to)
        .$if(!filter.labels.preReleases, (releases) => releases.where('order_key', 'like', '%~'));
    }
    if (page.after !== undefined) {
      const [key, id] = sortKeyOf(page.after, ['string', 'string']) as [string, string];
      query = query.where((eb) => eb(eb.refTuple('order_key', 'id'), '<', eb.tuple(key, id)));
    }
    const rows = await query
      .orderBy('order_key', 'desc')
      .orderBy('id', 'desc')
      .limit(page.limit + 1)
      .execute();
    return pageOf(rows, page.limit, (row) => [row.order_key, row.id], versionOf);
  }

  async listByState(state: VersionState, page: PageRequest): Promise<Page<Version>> {
    let query = this.#database.read.selectFrom('versions').selectAll().where('state', '=', state);
    if (waiting.has(state)) query = query.where(isWaiting);
    if (readable.has(state)) query = query.where(isReadable);
    return pageById(query, 'oldest first', page, versionOf);
  }

  async quarantineStatistics(): Promise<QuarantineStatistics> {
    const { waiting, oldest } = await this.#database.read
      .selectFrom('versions')
      .select((eb) => [eb.fn.countAll<number>().as('waiting'), eb.fn.min('review_since').as('oldest')])
      .where('state', '=', sql.lit('quarantined'))
      .executeTakeFirstOrThrow();
    return { waiting: Number(waiting), oldestSince: dateOf(oldest === null ? null : Number(oldest)) };
  }

  async listByDigest(digest: string, page: PageRequest): Promise<Page<Version>> {
    const query = this.#database.read.selectFrom('versions').selectAll().where('digest', '=', digest);
    return pageById(query, 'oldest first', page, versionOf);
  }
}

export function versionRowOf(version: Version): VersionRow {
  return {
    id: version.id,
    package_id: version.packageId,
    label: version.label,
    order_key: orderKey(version.label),
    state: version.state,
    upload_id: version.uploadId,
    file_name: version.fileName,
    content_type: version.contentType,
    size_bytes: version.sizeBytes,
    digest: version.digest,
    declared_digest: version.declaredDigest,
    uploader_id: version.uploadedBy.userId,
    uploader_name: version.uploadedBy.userName,
    created_at: version.createdAt.getTime(),
    decided_at: millisecondsOf(version.decidedAt),
    published_at: millisecondsOf(version.publishedAt),
    review_since: version.review === null ? null : version.review.since.getTime(),
    review_approval: version.review?.approval ? JSON.stringify(version.review.approval) : null,
    reason: version.reason,
    license: version.license,
    summary: version.summary,
    revision: version.revision,
  };
}

function reviewOf(row: VersionRow): Review | null {
  if (row.review_since === null) return null;
  const approval = row.review_approval === null ? null : JSON.parse(row.review_approval);
  return {
    since: new Date(row.review_since),
    approval: approval && { ...approval, at: new Date(approval.at) },
  };
}

export function versionOf(row: VersionRow): Version {
  return {
    id: row.id,
    packageId: row.package_id,
    label: row.label,
    state: row.state as VersionState,
    uploadId: row.upload_id,
    fileName: row.file_name,
    contentType: row.content_type,
    sizeBytes: row.size_bytes,
    digest: row.digest,
    declaredDigest: row.declared_digest,
    uploadedBy: { userId: row.uploader_id, userName: row.uploader_name },
    createdAt: new Date(row.created_at),
    decidedAt: dateOf(row.decided_at),
    publishedAt: dateOf(row.published_at),
    review: reviewOf(row),
    reason: row.reason,
    license: row.license,
    summary: row.summary,
    revision: row.revision,
  };
}
