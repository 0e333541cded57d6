// How commands read what they were given.
import { type Given, UsageError } from './command.ts';

export function argument(given: Given, name: string): string {
  return given.arguments[name] ?? '';
}

export function option(given: Given, name: string): string | undefined {
  const value = given.options[name];
  return typeof value === 'string' ? value : undefined;
}

export function isGiven(given: Given, name: string): boolean {
  return given.options[name] === true;
}

/** `absent` without the option. Throws a `UsageError` that names the limits. */
export function wholeNumber<A extends number | null>(
  given: Given,
  name: string,
  { absent, from, to }: { absent: A; from: number; to: number },
): number | A {
  const said = option(given, name);
  if (said === undefined) return absent;
  const value = /^\d+$/.test(said) ? Number(said) : Number.NaN;
  if (value >= from && value <= to) return value;
  throw new UsageError(
    `--${name} must be a whole number from ${from} to ${to}, but is ${JSON.stringify(said)}.`,
  );
}
