// Version labels are semantic versions (semver.org, 2.0.0). Their order is kept in a text, the order key, which
// any engine can sort and seek by; ranges are ranges of order keys.
import { RegistryError } from '../errors.ts';

const number = '(0|[1-9][0-9]{0,14})';
const identifier = '(?:0|[1-9][0-9]{0,14}|[0-9]*[A-Za-z-][0-9A-Za-z-]*)';
const labelShape = new RegExp(
  `^${number}\\.${number}\\.${number}(?:-(${identifier}(?:\\.${identifier})*))?$`,
);

interface Parsed {
  readonly core: readonly [number, number, number];
  readonly preRelease: readonly string[];
}

/** The label as it is stored: a leading `v` dropped. Throws `label-invalid`. */
export function requireLabel(given: string): string {
  const label = given.replace(/^v/, '');
  if (label.length <= 100 && parse(label) !== null) return label;
  throw new RegistryError(
    'label-invalid',
    `The version label ${JSON.stringify(given.slice(0, 120))} is not MAJOR.MINOR.PATCH[-PRERELEASE] ` +
      'of at most 100 characters; build metadata (`+…`) is not allowed.',
  );
}

function parse(label: string): Parsed | null {
  const match = labelShape.exec(label);
  if (match === null) return null;
  const [, major, minor, patch, preRelease] = match;
  return {
    core: [Number(major), Number(minor), Number(patch)],
    preRelease: preRelease === undefined ? [] : preRelease.split('.'),
  };
}

/**
 * A text of printable ASCII characters; comparing two byte by byte gives the precedence of their labels.
 * A number is led by its length (`a7`, `b12`); a release ends in `~`, after every pre-release `-…`.
 */
export function orderKey(label: string): string {
  const parsed = parse(label);
  if (parsed === null) throw new Error(`not a label: ${label}`);
  return coreKey(parsed.core) + (parsed.preRelease.length === 0 ? '~' : preReleaseKey(parsed.preRelease));
}

function coreKey(core: Parsed['core']): string {
  return core.map(numberKey).join('');
}

function numberKey(value: number): string {
  const digits = String(value);
  return String.fromCharCode(96 + digits.length) + digits;
}

/** Numeric identifiers come before others; `!`, below every other character, ends each: fewer come first. */
function preReleaseKey(identifiers: readonly string[]): string {
  const keys = identifiers.map((id) => (/^[0-9]+$/.test(id) ? `0${numberKey(Number(id))}!` : `1${id}!`));
  return `-${keys.join('')}`;
}

export function isPreRelease(label: string): boolean {
  return label.includes('-');
}

/** Labels whose order keys lie between `from` and `to`, both included. */
export interface LabelRange {
  readonly from: string;
  readonly to: string;
  /** Pre-releases are found only by ranges that name one. */
  readonly preReleases: boolean;
}

/** Understands `1.2.3`, `1.2.3-2.1.0` (both included), `~1.2.0` and `^1.2.0`; a `v` before a label is ignored. */
export function parseRange(given: string): LabelRange {
  const range = bounded(given) ?? tildeOrCaret(given) ?? exact(given);
  if (range !== null) return range;
  throw new RegistryError(
    'version-range-invalid',
    `The version range ${JSON.stringify(given.slice(0, 120))} is not one of 1.2.3, 1.2.3-2.1.0, ~1.2.0, ^1.2.0.`,
  );
}

function bounded(given: string): LabelRange | null {
  const match = /^v?(\d+\.\d+\.\d+)\s*-\s*v?(\d+\.\d+\.\d+)$/.exec(given.trim());
  const [from, to] = [match?.[1], match?.[2]];
  if (from === undefined || to === undefined || parse(from) === null || parse(to) === null) return null;
  return { from: orderKey(from), to: orderKey(to), preReleases: false };
}

function tildeOrCaret(given: string): LabelRange | null {
  const match = /^([~^])v?(.+)$/.exec(given.trim());
  const parsed = match?.[2] === undefined ? null : parse(match[2]);
  if (parsed === null || match?.[2] === undefined) return null;
  const ceiling = match[1] === '~' ? nextMinor(parsed.core) : nextBreaking(parsed.core);
  return {
    from: orderKey(match[2]),
    // Below every pre-release of the ceiling: what is still being prepared there may break already.
    to: coreKey(ceiling),
    preReleases: parsed.preRelease.length > 0,
  };
}

function nextMinor([major, minor]: Parsed['core']): Parsed['core'] {
  return [major, minor + 1, 0];
}

/** The left-most number that is not zero may not change: below 1.0.0 a minor version breaks, below 0.1.0 a patch. */
function nextBreaking([major, minor, patch]: Parsed['core']): Parsed['core'] {
  if (major > 0) return [major + 1, 0, 0];
  return minor > 0 ? [0, minor + 1, 0] : [0, 0, patch + 1];
}

function exact(given: string): LabelRange | null {
  const label = given.trim().replace(/^v/, '');
  if (parse(label) === null) return null;
  return { from: orderKey(label), to: orderKey(label), preReleases: true };
}
