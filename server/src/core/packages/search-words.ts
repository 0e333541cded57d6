// What a word is to search: the same on every engine, in what is indexed and in what is asked for.

/** Longer ones are cut, here and in what is asked for, so they still find each other. */
const longestWord = 40;

/** The words of a text in their order: letters and digits, in lower case, without accents. */
export function searchWords(text: string): string[] {
  const plain = text
    .toLowerCase()
    .normalize('NFKD')
    .replace(/\p{M}+/gu, '');
  return (plain.match(/[\p{L}\p{N}]+/gu) ?? []).map((word) => word.slice(0, longestWord));
}

/** A README adds at most this many different words, its first ones, to what its package is found by. */
const maximumReadmeWords = 2_000;

/** The different words that a README is found by. */
export function readmeWords(readme: string): string[] {
  return [...new Set(searchWords(readme))].slice(0, maximumReadmeWords);
}

/** Words beyond these are not looked at. */
const maximumAskedWords = 12;

/** The words asked for, each once; the last one may be the beginning of a word. Empty: everything is meant. */
export function askedWords(asked: string): string[] {
  const words = searchWords(asked).slice(0, maximumAskedWords);
  const last = words.at(-1);
  return [...new Set(words.slice(0, -1)), ...(last === undefined ? [] : [last])];
}
