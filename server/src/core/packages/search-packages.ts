import type { Caller } from '../caller.ts';
import type { Page } from '../paging.ts';
import type { PackageKind } from './package.ts';
import type { PackageHit, PackageSearch } from './ports.ts';
import { maySee } from './read-package.ts';
import { parseRange } from './version-label.ts';
import { audienceOf } from './visibility.ts';

/** Published packages with these words, best first, that the caller may see. */
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
  const query = { words, kind, labels, audience: audienceOf(caller) };
  const found = await search.search(query, { limit, after });
  return { ...found, items: found.items.filter((hit) => maySee(caller, hit.package)) };
}
