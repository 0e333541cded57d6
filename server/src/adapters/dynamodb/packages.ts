// Packages, in the table `packages`:
//
//   package#<id>           package   the package; what else is in its partition: versions.ts, package-search-index.ts
//   name#<kind>#<name key> -         whose the name is
//
// The indexes `list`, `owner` and `group` have the packages of one state, newest first.
import { RegistryError } from '../../core/errors.ts';
import {
  type Audience,
  isVisibleTo,
  nameKey,
  openAccess,
  type Package,
  type PackageAccess,
  type PackageChanged,
  type PackageFilter,
  type PackageInserted,
  type PackageKind,
  type PackageStore,
  packageKinds,
  packageStates,
} from '../../core/packages/index.ts';
import { cursorFrom, type Page, type PageRequest, pageOf } from '../../core/paging.ts';
import type { ChangePlanners } from './change-planners.ts';
import type { Attributes, DynamoDatabase } from './database.ts';
import { merged } from './merged.ts';
import { afterCursor } from './pages.ts';
import type { Range } from './ranges.ts';
import { requireRevisionBefore } from './revisions.ts';
import { alone, type Key } from './tables.ts';

/** Moments are milliseconds since 1970. A package that was stored before there was `PackageAccess` has none of it. */
export interface PackageRow
  extends Omit<Package, 'createdAt' | 'updatedAt' | keyof PackageAccess>,
    Partial<PackageAccess> {
  readonly createdAt: number;
  readonly updatedAt: number;
}

export const packagePlanners: ChangePlanners<PackageInserted | PackageChanged> = {
  'package.insert': {
    reads: ({ package: { kind, name } }) => [packageNameKey(kind, name)],
    plan: async (items, { package: pkg }) => {
      const name = packageNameKey(pkg.kind, pkg.name);
      if ((await items.get(name)) !== null) {
        throw new RegistryError('name-taken', `The ${pkg.kind} name ${JSON.stringify(pkg.name)} is taken.`);
      }
      items.put(name, { packageId: pkg.id });
      items.put(packageKey(pkg.id), packageRowOf(pkg));
    },
  },

  'package.change': {
    reads: ({ package: { id } }) => [packageKey(id)],
    plan: async (items, { package: pkg }) => {
      const stored = await items.get<PackageRow>(packageKey(pkg.id));
      requireRevisionBefore(stored, pkg, `The package ${pkg.name}`);
      items.put(packageKey(pkg.id), packageRowOf(pkg));
    },
  },
};

export class DynamoPackageStore implements PackageStore {
  readonly #database: DynamoDatabase;

  constructor(database: DynamoDatabase) {
    this.#database = database;
  }

  async find(id: string): Promise<Package | null> {
    const row = await this.#database.get<PackageRow>(packageKey(id));
    return row && packageOf(row);
  }

  async findByName(kind: PackageKind, name: string): Promise<Package | null> {
    const taken = await this.#database.get<{ packageId: string }>(packageNameKey(kind, name));
    return taken && this.find(taken.packageId);
  }

  async list(filter: PackageFilter, page: PageRequest): Promise<Page<Package>> {
    const sort = afterCursor(page.after, true);
    const streams = partitionsOf(filter).map((partition) =>
      this.#database.query<PackageRow>({
        ...partition,
        ...sort,
        table: 'packages',
        descending: true,
        pageSize: page.limit + 1,
      }),
    );
    const all = merged(streams, (one, other) => one.id > other.id);
    return visiblePage(meeting(filter, all), filter.audience, page.limit);
  }
}

/** A list passes over so many packages at most that must not be seen; then the page ends early and `next` goes on. */
const maximumPassedOver = 500;

async function visiblePage(
  rows: AsyncGenerator<PackageRow>,
  audience: Audience | undefined,
  limit: number,
): Promise<Page<Package>> {
  const shown: PackageRow[] = [];
  let passedOver = 0;
  for await (const row of rows) {
    if (isVisibleTo(audience, packageOf(row))) shown.push(row);
    else passedOver += 1;
    if (shown.length > limit) break;
    if (passedOver >= maximumPassedOver) return { items: shown.map(packageOf), next: cursorFrom([row.id]) };
  }
  return pageOf(shown, limit, ({ id }) => [id], packageOf);
}

/** Where packages lie that meet the filter, and others that do not: an owner and a group have packages of every kind. */
function partitionsOf({
  states,
  kind,
  ownerId,
  groupId,
}: PackageFilter): Pick<Range, 'index' | 'partition'>[] {
  if (ownerId !== undefined) {
    return states.map((state) => ({ index: 'owner', partition: partitionIn(ownerId, state) }));
  }
  if (groupId !== undefined) {
    return states.map((state) => ({ index: 'group', partition: partitionIn(groupId, state) }));
  }
  const kinds = kind === undefined ? packageKinds : [kind];
  return kinds.flatMap((one) =>
    states.map((state) => ({ index: 'list', partition: partitionIn(one, state) })),
  );
}

/** All packages, in the order of their ids; those that were stored a moment ago may be missed. */
export function packagesByAge(
  database: DynamoDatabase,
  after: string | null,
  pageSize: number,
): AsyncGenerator<PackageRow> {
  const sort = after === null ? {} : { sort: { above: after } };
  const streams = partitionsOf({ states: packageStates }).map((partition) =>
    database.query<PackageRow>({ ...partition, ...sort, table: 'packages', pageSize }),
  );
  return merged(streams, (one, other) => one.id < other.id);
}

async function* meeting(filter: PackageFilter, rows: AsyncGenerator<PackageRow>): AsyncGenerator<PackageRow> {
  for await (const row of rows) {
    const { kind = row.kind, groupId = row.groupId } = filter;
    if (row.kind === kind && row.groupId === groupId) yield row;
  }
}

export function packageKey(id: string): Key {
  return { table: 'packages', pk: `package#${id}`, sk: 'package' };
}

export function packageNameKey(kind: PackageKind, name: string): Key {
  return { table: 'packages', pk: `name#${kind}#${nameKey(name)}`, sk: alone };
}

function partitionIn(group: string, state: Package['state']): string {
  return `packages#${group}#${state}`;
}

export function packageRowOf(pkg: Package): Attributes {
  const { id, kind, ownerId, groupId, state } = pkg;
  const row: PackageRow = {
    id,
    kind,
    name: pkg.name,
    title: pkg.title,
    description: pkg.description,
    ownerId,
    ownerName: pkg.ownerName,
    groupId,
    visibility: pkg.visibility,
    visibleTo: pkg.visibleTo,
    sensitive: pkg.sensitive,
    allowedGroups: pkg.allowedGroups,
    state,
    createdAt: pkg.createdAt.getTime(),
    updatedAt: pkg.updatedAt.getTime(),
    latest: pkg.latest && { versionId: pkg.latest.versionId, label: pkg.latest.label },
    revision: pkg.revision,
  };
  return {
    ...row,
    listPk: partitionIn(kind, state),
    listSk: id,
    ownerPk: partitionIn(ownerId, state),
    ...(groupId !== null && { groupPk: partitionIn(groupId, state) }),
  };
}

export function packageOf(row: PackageRow): Package {
  return {
    id: row.id,
    kind: row.kind,
    name: row.name,
    title: row.title,
    description: row.description,
    ownerId: row.ownerId,
    ownerName: row.ownerName,
    groupId: row.groupId,
    ...accessOf(row),
    state: row.state,
    createdAt: new Date(row.createdAt),
    updatedAt: new Date(row.updatedAt),
    latest: row.latest && { versionId: row.latest.versionId, label: row.latest.label },
    revision: row.revision,
  };
}

function accessOf(row: PackageRow): PackageAccess {
  return {
    visibility: row.visibility ?? openAccess.visibility,
    visibleTo: row.visibleTo ?? openAccess.visibleTo,
    sensitive: row.sensitive ?? openAccess.sensitive,
    allowedGroups: row.allowedGroups ?? openAccess.allowedGroups,
  };
}
