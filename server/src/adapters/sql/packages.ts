import { type CompiledQuery, type Generated, sql } from 'kysely';
import { RegistryError } from '../../core/errors.ts';
import {
  nameKey,
  type Package,
  type PackageChanged,
  type PackageFilter,
  type PackageInserted,
  type PackageKind,
  type PackageState,
  type PackageStore,
  type Visibility,
} from '../../core/packages/index.ts';
import type { Page, PageRequest } from '../../core/paging.ts';
import type { ChangeAppliers } from './change-appliers.ts';
import { isShownTo, putReaders } from './package-readers.ts';
import { pageById } from './page-by-id.ts';
import { requireUpdated } from './rows.ts';
import type { SqlDatabase } from './sql-database.ts';

export interface PackageRow {
  id: string;
  kind: string;
  name: string;
  name_key: string;
  title: string;
  description: string;
  owner_id: string;
  owner_name: string;
  group_id: string | null;
  visibility: string;
  /** JSON. */
  visible_to: string;
  sensitive: number;
  /** JSON. */
  allowed_groups: string;
  state: string;
  created_at: number;
  updated_at: number;
  latest_version_id: string | null;
  latest_label: string | null;
  revision: number;
}

export interface PackageTables {
  packages: PackageRow & { position: Generated<number> };
}

export const packageChanges: ChangeAppliers<PackageInserted | PackageChanged> = {
  'package.insert': async (write, change) => {
    const row = packageRowOf(change.package);
    const { numInsertedOrUpdatedRows } = await write
      .insertInto('packages')
      .values(row)
      .onConflict((conflict) => conflict.columns(['kind', 'name_key']).doNothing())
      .executeTakeFirstOrThrow();
    if (numInsertedOrUpdatedRows !== 1n) {
      throw new RegistryError('name-taken', `The ${row.kind} name ${JSON.stringify(row.name)} is taken.`);
    }
    if (change.package.visibility !== 'everybody') await putReaders(write, change.package);
  },

  'package.change': async (write, change) => {
    const { id, ...row } = packageRowOf(change.package);
    const updated = await write
      .updateTable('packages')
      .set(row)
      .where('id', '=', id)
      .where('revision', '=', row.revision - 1)
      .executeTakeFirst();
    requireUpdated(updated, `The package ${row.name}`);
    await putReaders(write, change.package);
  },
};

export class SqlPackageStore implements PackageStore {
  readonly #database: SqlDatabase;
  /** On the path of most requests: compiled once. */
  readonly #byId: CompiledQuery<PackageRow>;

  constructor(database: SqlDatabase) {
    this.#database = database;
    this.#byId = database.read.selectFrom('packages').selectAll().where('id', '=', '').compile();
  }

  async find(id: string): Promise<Package | null> {
    const {
      rows: [row],
    } = await this.#database.read.executeQuery<PackageRow>({ ...this.#byId, parameters: [id] });
    return row === undefined ? null : packageOf(row);
  }

  async findByName(kind: PackageKind, name: string): Promise<Package | null> {
    const row = await this.#database.read
      .selectFrom('packages')
      .selectAll()
      .where('kind', '=', kind)
      .where('name_key', '=', nameKey(name))
      .executeTakeFirst();
    return row === undefined ? null : packageOf(row);
  }

  async list(filter: PackageFilter, page: PageRequest): Promise<Page<Package>> {
    const [state, ...others] = filter.states;
    const { dialect, staleRead } = this.#database;
    let query = staleRead.selectFrom('packages').selectAll();
    // Of several states most packages are in one: walking by id and passing over the few others beats sorting, which
    // is what the index by state would need.
    query =
      others.length === 0 && state !== undefined
        ? query.where('state', '=', state)
        : query.where(dialect.unindexed('state'), 'in', filter.states);
    if (filter.kind !== undefined) query = query.where('kind', '=', filter.kind);
    if (filter.ownerId !== undefined) query = query.where('owner_id', '=', filter.ownerId);
    if (filter.groupId !== undefined) query = query.where('group_id', '=', filter.groupId);
    if (filter.audience !== undefined) {
      query = query.where(isShownTo(filter.audience, sql.ref('packages.position')));
    }
    return pageById(query, 'newest first', page, packageOf);
  }
}

export function packageRowOf(pkg: Package): PackageRow {
  return {
    id: pkg.id,
    kind: pkg.kind,
    name: pkg.name,
    name_key: nameKey(pkg.name),
    title: pkg.title,
    description: pkg.description,
    owner_id: pkg.ownerId,
    owner_name: pkg.ownerName,
    group_id: pkg.groupId,
    visibility: pkg.visibility,
    visible_to: JSON.stringify(pkg.visibleTo),
    sensitive: pkg.sensitive ? 1 : 0,
    allowed_groups: JSON.stringify(pkg.allowedGroups),
    state: pkg.state,
    created_at: pkg.createdAt.getTime(),
    updated_at: pkg.updatedAt.getTime(),
    latest_version_id: pkg.latest?.versionId ?? null,
    latest_label: pkg.latest?.label ?? null,
    revision: pkg.revision,
  };
}

export function packageOf(row: PackageRow): Package {
  return {
    id: row.id,
    kind: row.kind as PackageKind,
    name: row.name,
    title: row.title,
    description: row.description,
    ownerId: row.owner_id,
    ownerName: row.owner_name,
    groupId: row.group_id,
    visibility: row.visibility as Visibility,
    visibleTo: idsIn(row.visible_to),
    sensitive: row.sensitive === 1,
    allowedGroups: idsIn(row.allowed_groups),
    state: row.state as PackageState,
    createdAt: new Date(row.created_at),
    updatedAt: new Date(row.updated_at),
    latest:
      row.latest_version_id === null
        ? null
        : { versionId: row.latest_version_id, label: row.latest_label ?? '' },
    revision: row.revision,
  };
}

/** Nearly always none: then nothing is parsed. */
function idsIn(json: string): readonly string[] {
  return json === '[]' ? [] : JSON.parse(json);
}
