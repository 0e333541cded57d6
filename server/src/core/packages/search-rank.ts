import type { SearchDocument } from './package.ts';
import { searchWords } from './search-words.ts';

/** How well a package fits the words asked for, which occur in it: 0 is best, 6 the least. See `PackageSearch`. */
export function rankOf(
  asked: readonly string[],
  { name, title, description }: Pick<SearchDocument, 'name' | 'title' | 'description'>,
): number {
  const inName = searchWords(name);
  if (asked.join(' ') === inName.join(' ')) return 0;
  if (asked.every((word) => inName.includes(word))) return 1;
  const begunInName = asked.map((_, i) => isBegun(asked, i, inName));
  if (begunInName.every(Boolean)) return 2;
  const inTitle = [...inName, ...searchWords(title)];
  if (asked.every((_, i) => isBegun(asked, i, inTitle))) return 3;
  const described = [...inTitle, ...searchWords(description)];
  if (asked.every((_, i) => isBegun(asked, i, described))) return 4;
  return begunInName.some(Boolean) ? 5 : 6;
}

/** Is the word among these? The last one asked for may be the beginning of one of them. */
export function isBegun(asked: readonly string[], nth: number, among: readonly string[]): boolean {
  const word = asked[nth] ?? '';
  return nth === asked.length - 1 ? among.some((one) => one.startsWith(word)) : among.includes(word);
}
