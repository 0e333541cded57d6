// Packages and versions as plain records, for moving a registry from engine to engine.
import type { Version } from '../../core/packages/index.ts';
import type { KeptPackage, RecordTransfer } from '../../core/transfer/index.ts';
import type { DynamoDatabase } from './database.ts';
import { commitEach, eachAtOnce, type KeptKind, keptKind } from './kept-items.ts';
import {
  listWords,
  packageSearchPlanners,
  type SearchRow,
  type SearchWordsRow,
  searchKey,
  searchWordsKey,
} from './package-search-index.ts';
import {
  type PackageRow,
  packageKey,
  packageNameKey,
  packageOf,
  packageRowOf,
  packagesByAge,
} from './packages.ts';
import { take } from './ranges.ts';
import { commitItems } from './transaction.ts';
import {
  labelKey,
  placeByDigest,
  type VersionPlaceRow,
  type VersionRow,
  versionKey,
  versionOf,
  versionOfDigestKey,
  versionPlaceKey,
  versionRowOf,
} from './versions.ts';
import type { WorkingItems } from './working-items.ts';

export function packagesTransfer(database: DynamoDatabase): Pick<RecordTransfer, 'package' | 'version'> {
  return {
    package: {
      ...keptKind(database, keptPackages(database)),
      async readOldestFirst(after, limit) {
        const rows = await take(packagesByAge(database, after, limit), limit);
        const last = rows.length < limit ? undefined : rows.at(-1);
        const kept = keptPackages(database);
        const records = await eachAtOnce(rows, async (row) =>
          kept.recordOf({ ...row, ...packageKey(row.id) }),
        );
        return { records: records.filter((record) => record !== null), next: last?.id ?? null };
      },
    },
    version: keptKind(database, keptVersions(database)),
  };
}

function keptPackages(database: DynamoDatabase): KeptKind<KeptPackage, PackageRow> {
  const keptOf = async (row: PackageRow): Promise<KeptPackage> => ({
    package: packageOf(row),
    readme: await readmeOf(database, row.id),
  });
  return {
    table: 'packages',
    among: { when: '#sk = :package', values: { package: 'package' } },
    recordOf: keptOf,
    async find({ package: { id } }) {
      const row = await database.get<PackageRow>(packageKey(id));
      return row && keptOf(row);
    },
    async put(kept) {
      for (const { package: pkg } of kept) await freeName(database, pkg);
      await commitEach(database, kept, ({ package: pkg }) => pkg.id, putPackage);
      await eachAtOnce(kept, ({ package: pkg }) => listWords(database, pkg.id));
    },
    async remove(kept) {
      await eachAtOnce(kept, ({ package: { id } }) => removePackage(database, id));
    },
  };
}

/** Null when search does not know the package. */
async function readmeOf(database: DynamoDatabase, packageId: string): Promise<string | null> {
  const search = await database.get<SearchRow>(searchKey(packageId));
  if (search === null || search.texts === null) return null;
  if (search.readme === null) return '';
  const words = await database.get<SearchWordsRow>(searchWordsKey(packageId, search.readme.revision));
  return words?.readme ?? '';
}

/** Removes another package that has the name. */
async function freeName(database: DynamoDatabase, { id, kind, name }: KeptPackage['package']): Promise<void> {
  const taken = await database.get<{ packageId: string }>(packageNameKey(kind, name));
  if (taken !== null && taken.packageId !== id) await removePackage(database, taken.packageId);
}

async function putPackage(items: WorkingItems, { package: pkg, readme }: KeptPackage): Promise<void> {
  const before = await items.get<PackageRow>(packageKey(pkg.id));
  if (before !== null) items.delete(packageNameKey(before.kind, before.name));
  items.put(packageNameKey(pkg.kind, pkg.name), { packageId: pkg.id });
  items.put(packageKey(pkg.id), packageRowOf(pkg));
  const { name, title, description } = pkg;
  const document = readme === null ? null : { name, title, description, readme };
  const change = { change: 'package.index', packageId: pkg.id, document } as const;
  await packageSearchPlanners['package.index'].plan(items, change);
}

/** Its words first: where they are listed depends on the package. */
async function removePackage(database: DynamoDatabase, id: string): Promise<void> {
  const forgotten = { change: 'package.index', packageId: id, document: null } as const;
  await commitItems(database, async (items) => packageSearchPlanners['package.index'].plan(items, forgotten));
  await listWords(database, id);
  await commitItems(database, async (items) => {
    const row = await items.get<PackageRow>(packageKey(id));
    if (row === null) return;
    items.delete(packageNameKey(row.kind, row.name));
    items.delete(searchKey(id));
    items.delete(packageKey(id));
  });
}

function keptVersions(database: DynamoDatabase): KeptKind<Version, VersionRow> {
  return {
    table: 'packages',
    among: { when: 'begins_with(#sk, :version)', values: { version: 'version#' } },
    recordOf: versionOf,
    async find({ id }) {
      const place = await database.get<VersionPlaceRow>(versionPlaceKey(id));
      const row = place && (await database.get<VersionRow>(versionKey({ id, ...place })));
      return row && versionOf(row);
    },
    put: (versions) => commitEach(database, versions, ({ packageId }) => packageId, putVersion),
    remove: (versions) => commitEach(database, versions, ({ packageId }) => packageId, removeVersion),
  };
}

async function putVersion(items: WorkingItems, version: Version): Promise<void> {
  await removeVersion(items, version);
  if (version.state !== 'rejected') {
    const other = await items.get<{ versionId: string }>(labelKey(version));
    if (other !== null) await removeVersion(items, { id: other.versionId });
    items.put(labelKey(version), { versionId: version.id });
  }
  items.put(versionPlaceKey(version.id), { packageId: version.packageId, label: version.label });
  items.put(versionKey(version), versionRowOf(version));
  placeByDigest(items, version, null);
}

async function removeVersion(items: WorkingItems, { id }: Pick<Version, 'id'>): Promise<void> {
  const place = await items.get<VersionPlaceRow>(versionPlaceKey(id));
  if (place === null) return;
  const label = await items.get<{ versionId: string }>(labelKey(place));
  if (label?.versionId === id) items.delete(labelKey(place));
  const row = await items.get<VersionRow>(versionKey({ id, ...place }));
  if (row?.digest) items.delete(versionOfDigestKey(row.digest, id));
  items.delete(versionKey({ id, ...place }));
  items.delete(versionPlaceKey(id));
}
