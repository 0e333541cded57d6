import { type Page, type PageRequest, pageOf, type SortKey, sortKeyOf } from '../../core/paging.ts';

/** The page of `values`, which are sorted by `keyOf` in `order`. */
export function memoryPage<T>(
  values: Iterable<T>,
  keyOf: (value: T) => SortKey,
  page: PageRequest,
  order: 'ascending' | 'descending' = 'ascending',
): Page<T> {
  const direction = order === 'ascending' ? 1 : -1;
  const compare = (a: SortKey, b: SortKey) => direction * compareKeys(a, b);
  const sorted = [...values].sort((a, b) => compare(keyOf(a), keyOf(b)));
  const [first] = sorted;
  if (page.after === undefined || first === undefined) return pageOf(sorted, page.limit, keyOf, (v) => v);
  const types = keyOf(first).map((part) => typeof part as 'string' | 'number');
  const after = sortKeyOf(page.after, types);
  return pageOf(
    sorted.filter((value) => compare(keyOf(value), after) > 0),
    page.limit,
    keyOf,
    (value) => value,
  );
}

function compareKeys(a: SortKey, b: SortKey): number {
  for (const [i, part] of a.entries()) {
    const other = b[i] as typeof part;
    if (part === other) continue;
    if (typeof part === 'string' && typeof other === 'string') return compareTexts(part, other);
    return part < other ? -1 : 1;
  }
  return 0;
}

/** As databases compare them: by the bytes of UTF-8, which is by code points, not by UTF-16 units. */
function compareTexts(one: string, other: string): number {
  for (let i = 0; i < one.length && i < other.length; i++) {
    const [a, b] = [one.charCodeAt(i), other.charCodeAt(i)];
    if (a !== b) return codePointRank(a) - codePointRank(b);
  }
  return one.length - other.length;
}

/** Surrogates stand for code points above all that fit into one unit. */
function codePointRank(unit: number): number {
  return unit >= 0xd800 && unit <= 0xdfff ? unit + 0x10000 : unit;
}
