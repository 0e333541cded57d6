import { type Caller, reachesPackage } from '../caller.ts';
import type { Page } from '../paging.ts';
import type { PackageKind } from './package.ts';
import type { PackageHit, PackageSearch } from './ports.ts';
import { parseRange } from './version-label.ts';

/** Published packages with these words, best first, that the caller's token extends to. */
export async function searchPackages(
  { search }: { search: PackageSearch },
  caller: Caller,
  asked: {
    words: string;
    kind?: PackageKind | undefined;
    range?: string | undefined;
    limit: number;
    after?: string | undefined;
  },
): Promise<Page<PackageHit> & { readonly complete: boolean }> {
  const { words, kind, range, limit, after } = asked;
  const labels = range === undefined ? undefined : parseRange(range);
  const found = await search.search({ words, kind, labels }, { limit, after });
  return { ...found, items: found.items.filter((hit) => reachesPackage(caller, hit.package.name)) };
}
