import { type AuditAppended, audited } from '../audit/index.ts';
import { type Caller, hasPermission, type Permission } from '../caller.ts';
import type { Clock, Randomness } from '../clock.ts';
import type { Commit } from '../commit.ts';
import { RegistryError } from '../errors.ts';
import { sessionOf, userOf } from './acting-user.ts';
import type { AccessSettings } from './settings.ts';
import type { PersonalToken, PersonalTokenInserted } from './token.ts';
import { hashOfTokenText, newTokenText } from './token-text.ts';
import { inOrder } from './user.ts';

const maximumPatterns = 20;
const maximumPatternLength = 200;
const maximumNameLength = 100;

/**
 * Creates a personal access token and returns its text, which is never shown again. Throws `invalid-request` and, for
 * what the caller may not do themselves, `permission-denied`.
 */
export async function createToken(
  ports: {
    clock: Clock;
    randomness: Randomness;
    access: Pick<AccessSettings, 'personalTokenDefaultDays' | 'personalTokenMaximumDays'>;
    commit: Commit<PersonalTokenInserted | AuditAppended>;
  },
  caller: Caller,
  given: {
    name: string;
    permissions: readonly Permission[];
    packagePatterns?: readonly string[] | undefined;
    expiresInDays?: number | undefined;
  },
): Promise<{ token: PersonalToken; text: string }> {
  sessionOf(caller);
  const text = newTokenText(ports.randomness);
  const createdAt = ports.clock.now();
  const token: PersonalToken = {
    id: ports.randomness.id(),
    userId: userOf(caller).id,
    name: tokenName(given.name),
    textHash: hashOfTokenText(text) ?? '',
    permissions: tokenPermissions(caller, given.permissions),
    packagePatterns: tokenPatterns(given.packagePatterns ?? [], given.permissions),
    createdAt,
    expiresAt: new Date(createdAt.getTime() + lifetimeDays(ports.access, given.expiresInDays) * 86_400_000),
  };
  await ports.commit([
    { change: 'personal-token.insert', token },
    audited(ports, caller, 'token.create', { kind: 'token', id: token.id }),
  ]);
  return { token, text };
}

function tokenName(given: string): string {
  const name = given.trim();
  if (name.length >= 1 && name.length <= maximumNameLength) return name;
  throw invalid(`The token's name has ${name.length} characters; it must have 1 to ${maximumNameLength}.`);
}

function tokenPermissions(caller: Caller, given: readonly Permission[]): readonly Permission[] {
  const permissions = inOrder(given);
  if (permissions.length === 0) throw invalid('The token must extend to at least one permission.');
  const missing = permissions.filter((permission) => !hasPermission(caller, permission));
  if (missing.length === 0) return permissions;
  throw new RegistryError(
    'permission-denied',
    `A token extends to what its owner may do, and you do not have ${missing.join(', ')}.`,
  );
}

function tokenPatterns(given: readonly string[], permissions: readonly Permission[]): readonly string[] {
  if (given.length > maximumPatterns) {
    throw invalid(`The token has ${given.length} package patterns; it must have at most ${maximumPatterns}.`);
  }
  // An administrator gives permissions and deletes users: a limit to some packages would limit nothing.
  if (given.length > 0 && permissions.includes('admin')) {
    throw invalid('A token with the permission `admin` cannot be limited to packages.');
  }
  for (const pattern of given) {
    if (pattern.length > maximumPatternLength || !/^[A-Za-z0-9@/._*-]+$/.test(pattern)) {
      throw invalid(
        `The package pattern ${JSON.stringify(pattern.slice(0, 50))} is not allowed: it must have 1 to ` +
          `${maximumPatternLength} characters of package names, or \`*\` for any run of characters.`,
      );
    }
  }
  return given;
}

function lifetimeDays(
  access: Pick<AccessSettings, 'personalTokenDefaultDays' | 'personalTokenMaximumDays'>,
  given: number | undefined,
): number {
  const maximum = access.personalTokenMaximumDays;
  const days = given ?? Math.min(access.personalTokenDefaultDays, maximum);
  if (days >= 1 && days <= maximum) return days;
  throw invalid(`The token would last ${days} days; it must last 1 to ${maximum}.`);
}

function invalid(detail: string): RegistryError {
  return new RegistryError('invalid-request', detail);
}
