// How a configuration value is described and read. A concern is a record of fields; reading it gives a record of
// values. Every problem of every concern is collected, so that one start shows all of them.

export interface Field<T> {
  /** The environment variable. */
  readonly variable: string;
  /** What it means and what follows from it; shown in `docs/configuration.md`. */
  readonly meaning: string;
  readonly default: T;
  /** `ms`, `bytes`, `s`, … ; empty where there is none. */
  readonly unit: string;
  /** The rule that a given text must keep, in words. */
  readonly rule: string;
  /** True: printed as `[secret]`. */
  readonly secret: boolean;
  /** The value, or undefined when the text breaks the rule. */
  readonly parse: (given: string) => T | undefined;
}

export type Fields = Readonly<Record<string, Field<unknown>>>;
export type Values<F extends Fields> = {
  readonly [K in keyof F]: F[K] extends Field<infer T> ? T : never;
};

type Description = { variable: string; meaning: string };

export function integer(
  given: Description & { default: number; unit?: string; minimum: number; maximum: number },
): Field<number> {
  return {
    unit: '',
    ...given,
    secret: false,
    rule: `a whole number from ${given.minimum} to ${given.maximum}`,
    parse: (text) => {
      const value = /^-?\d+$/.test(text) ? Number(text) : Number.NaN;
      return value >= given.minimum && value <= given.maximum ? value : undefined;
    },
  };
}

export function text(
  given: Description & { default: string; rule?: string; pattern?: RegExp; secret?: boolean },
): Field<string> {
  const { pattern = /^[^\0]*$/ } = given;
  return {
    variable: given.variable,
    meaning: given.meaning,
    default: given.default,
    unit: '',
    secret: given.secret ?? false,
    rule: given.rule ?? 'a text',
    parse: (value) => (pattern.test(value) ? value : undefined),
  };
}

export function choice<const T extends string>(
  given: Description & { default: NoInfer<T>; of: readonly T[] },
): Field<T> {
  return {
    ...given,
    unit: '',
    secret: false,
    rule: `one of ${given.of.join(', ')}`,
    parse: (value) => given.of.find((known) => known === value),
  };
}

export function flag(given: Description & { default: boolean }): Field<boolean> {
  return {
    ...given,
    unit: '',
    secret: false,
    rule: 'true or false',
    parse: (value) => (value === 'true' ? true : value === 'false' ? false : undefined),
  };
}

export function list(given: Description & { default: readonly string[] }): Field<readonly string[]> {
  return {
    ...given,
    unit: '',
    secret: false,
    rule: 'values separated by commas',
    parse: (value) =>
      value
        .split(',')
        .map((part) => part.trim())
        .filter((part) => part !== ''),
  };
}

export type Environment = Readonly<Record<string, string | undefined>>;

/** The values of `fields`; a text that breaks its rule is told in `problems` and stands at its default. */
export function readFields<F extends Fields>(
  fields: F,
  environment: Environment,
  problems: string[],
): Values<F> {
  const values = Object.entries(fields).map(([name, field]) => {
    const given = environment[field.variable];
    if (given === undefined || given === '') return [name, field.default];
    const value = field.parse(given);
    if (value === undefined) {
      const shown = field.secret ? '[secret]' : JSON.stringify(given);
      problems.push(`${field.variable} must be ${field.rule}, but is ${shown}.`);
    }
    return [name, value ?? field.default];
  });
  return Object.fromEntries(values);
}
