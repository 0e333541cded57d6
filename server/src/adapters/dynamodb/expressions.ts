// Expressions are written with `#attribute` and `:value`. The two maps that DynamoDB wants beside them are made here:
// it refuses a value that no expression uses, as it refuses one that is missing.

export type Values = Readonly<Record<string, unknown>>;

export interface ExpressionMaps {
  readonly ExpressionAttributeNames?: Record<string, string>;
  readonly ExpressionAttributeValues?: Record<string, unknown>;
}

/**
 * `#word` stands for the attribute `word`, or for the one that `names` gives under `word`; `:word` for the value
 * `word`, of which every one must be used.
 */
export function mapsOf(
  expressions: readonly (string | undefined)[],
  values: Values,
  names: Readonly<Record<string, string>> = {},
): ExpressionMaps {
  const text = expressions.filter((expression) => expression !== undefined).join(' ');
  const wordsAfter = (sign: string) =>
    new Set([...text.matchAll(new RegExp(`${sign}(\\w+)`, 'g'))].map(([, word = '']) => word));
  const [usedNames, usedValues] = [wordsAfter('#'), wordsAfter(':')];
  const given = new Set(Object.keys(values));
  const odd = usedValues.symmetricDifference(given);
  if (odd.size > 0) throw new Error(`Values used or given only: ${[...odd].join(', ')} in ${text}`);
  return {
    ...(usedNames.size > 0 && {
      ExpressionAttributeNames: Object.fromEntries(
        [...usedNames].map((word) => [`#${word}`, names[word] ?? word]),
      ),
    }),
    ...(given.size > 0 && {
      ExpressionAttributeValues: Object.fromEntries(
        [...usedValues].map((word) => [`:${word}`, values[word]]),
      ),
    }),
  };
}
