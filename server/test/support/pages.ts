import type { Page, PageRequest } from '../../src/core/paging.ts';

/** Everything a listing gives when it is walked in pages of `limit`, in the order in which it came. */
export async function walk<T>(list: (page: PageRequest) => Promise<Page<T>>, limit = 2): Promise<T[]> {
  const seen: T[] = [];
  let after: string | undefined;
  do {
    const page: Page<T> = await list({ limit, after });
    seen.push(...page.items);
    after = page.next ?? undefined;
  } while (after !== undefined);
  return seen;
}
