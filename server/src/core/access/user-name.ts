// Names of users and groups: what is allowed, and when two are the same.
import { RegistryError } from '../errors.ts';

const minimumLength = 3;
const maximumLength = 40;
const reserved: ReadonlySet<string> = new Set(['anonymous', 'registry', 'system', 'assay'].map(nameKeyOf));

/**
 * What must be unique among names: `Ada.L`, `ada-l` and `ada_1` have the same key, so that nobody can take a name
 * that reads like somebody else's. Names are ASCII, so there are no look-alikes of other alphabets.
 */
export function nameKeyOf(name: string): string {
  return name.toLowerCase().replaceAll(/[-_.]/g, '-').replaceAll('0', 'o').replaceAll(/[il]/g, '1');
}

/** Do the names mean the same user? Only case may differ: a look-alike is nobody. */
export function sameName(one: string, other: string): boolean {
  return one.toLowerCase() === other.toLowerCase();
}

/** Refuses (`invalid-request`) what is not a name. */
export function requireName(of: 'user' | 'group', name: string): void {
  const fits = name.length >= minimumLength && name.length <= maximumLength;
  if (!fits || !/^[A-Za-z0-9](?:[-_.]?[A-Za-z0-9])*$/.test(name)) {
    const shown = JSON.stringify(name.slice(0, maximumLength + 20));
    throw new RegistryError(
      'invalid-request',
      `The ${of} name ${shown} is not allowed: it must have ${minimumLength} to ${maximumLength} letters (a-z), digits ` +
        'and single `-`, `_` or `.` between them.',
    );
  }
  if (reserved.has(nameKeyOf(name))) {
    throw new RegistryError('invalid-request', `The ${of} name ${JSON.stringify(name)} is reserved.`);
  }
}
