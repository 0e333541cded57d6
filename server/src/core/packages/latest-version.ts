// Which version a package offers, after one of its versions has changed.
import { type Package, type PackageChanged, revised, type Version } from './package.ts';
import type { VersionStore } from './ports.ts';
import { orderKey } from './version-label.ts';

/** The package after `version` was published. */
export function afterPublication(pkg: Package, version: Version, now: Date): PackageChanged {
  const isLatest = pkg.latest === null || orderKey(version.label) > orderKey(pkg.latest.label);
  const latest = isLatest ? { versionId: version.id, label: version.label } : pkg.latest;
  return {
    change: 'package.change',
    package: revised<Package>(pkg, { state: 'published', latest, updatedAt: now }),
  };
}

/** The package after `version` was yanked, deleted, or offered again. */
export async function afterWithdrawal(
  { versions, clock }: { versions: Pick<VersionStore, 'list'>; clock: { now(): Date } },
  pkg: Package,
  version: Version,
): Promise<PackageChanged> {
  const published = await highest(versions, version, 'published');
  const yanked = published ?? (await highest(versions, version, 'yanked'));
  return {
    change: 'package.change',
    package: revised<Package>(pkg, {
      state: published ? 'published' : yanked ? 'yanked' : 'hidden',
      latest: published && { versionId: published.id, label: published.label },
      updatedAt: clock.now(),
    }),
  };
}

/** The highest version in the state, `changed` counting as what it has become. */
async function highest(
  versions: Pick<VersionStore, 'list'>,
  changed: Version,
  state: 'published' | 'yanked',
): Promise<Version | null> {
  const stored = await versions.list(changed.packageId, { states: [state] }, { limit: 2 });
  const others = stored.items.filter((version) => version.id !== changed.id);
  const candidates = changed.state === state ? [...others, changed] : others;
  return candidates.reduce<Version | null>(
    (best, next) => (best === null || orderKey(next.label) > orderKey(best.label) ? next : best),
    null,
  );
}
