// Texts as packages have them, made from a seed: the same in every run.
//
// Words follow Zipf's law: the second word occurs half as often as the first, the hundredth a hundredth as often.
// Stems take endings, so that many words begin alike.

/** Numbers from 0 up to 1, by xorshift (Marsaglia 2003). */
export function randomFrom(seed: number): () => number {
  let state = seed >>> 0 || 1;
  return () => {
    state ^= state << 13;
    state >>>= 0;
    state ^= state >>> 17;
    state ^= state << 5;
    state >>>= 0;
    return state / 2 ** 32;
  };
}

const beginnings = 'b c d f g h k l m n p r s t v w z st tr pl br ch cl gr sh th pr qu sp'.split(' ');
const middles = 'a a e e i i o o u u ai ea io ou'.split(' ');
const endsOfSyllable = ['', '', '', '', '', '', 'n', 'r', 's', 't', 'l', 'm', 'x', 'nd', 'st', 'ng'];
const endings = ['', '', '', '', 's', 's', 'ed', 'er', 'ing', 'ation', 'ally'];

const stems = 12_000;
/** The most common words are short, and stand in no name. */
const functionWords = 60;

function makeStems(): string[] {
  const random = randomFrom(42);
  const one = (of: readonly string[]) => of[Math.floor(random() * of.length)] ?? '';
  const made = new Set<string>();
  while (made.size < stems) {
    const syllables = made.size < functionWords ? 1 : 2 + Math.floor(random() * 1.3);
    made.add(
      Array.from({ length: syllables }, () => one(beginnings) + one(middles) + one(endsOfSyllable)).join(''),
    );
  }
  return [...made];
}

/** From common to rare. */
export const stemsByRank: readonly string[] = makeStems();

const sums = new Float64Array(stems);
for (let rank = 0, sum = 0; rank < stems; rank++) {
  sum += 1 / (rank + 1);
  sums[rank] = sum;
}

function rankAt(share: number): number {
  const sought = share * (sums.at(-1) ?? 0);
  let [low, high] = [0, stems - 1];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sums[middle] ?? 0) < sought) low = middle + 1;
    else high = middle;
  }
  return low;
}

export function someWord(random: () => number): string {
  const rank = rankAt(random());
  const ending = rank < functionWords ? '' : (endings[Math.floor(random() * endings.length)] ?? '');
  return stemsByRank[rank] + ending;
}

/** A word that says something, as names have them. */
export function someNameWord(random: () => number): string {
  let rank = rankAt(random());
  while (rank < functionWords) rank = rankAt(random());
  return stemsByRank[rank] ?? '';
}

export function someWords(random: () => number, count: number): string {
  return Array.from({ length: count }, () => someWord(random)).join(' ');
}
