// Who is behind an `Authorization` header. On the path of every request: for a personal token one hash and one
// keyed read, for a session one (remembered) signature, one keyed write and one keyed read.
import type { Caller, CallingToken, CallingUser, Permission } from '../caller.ts';
import type { Clock } from '../clock.ts';
import { RegistryError } from '../errors.ts';
import type { SessionSigner, TokenInUse, TokenStore } from './ports.ts';
import type { AccessSettings } from './settings.ts';
import type { PersonalToken, Session } from './token.ts';
import { hashOfTokenText, looksPersonal } from './token-text.ts';

export interface AuthenticationPorts {
  readonly clock: Clock;
  readonly tokens: TokenStore;
  readonly sessionSigner: SessionSigner;
  readonly access: Pick<AccessSettings, 'reviewersGroup'>;
}

/**
 * The caller behind `Bearer <token>`; anonymous when there is no header. Takes one use of a session. Throws
 * `token-invalid` for everything else, without telling why: a token that was good once and one that never was are
 * the same to whoever tries them.
 */
export async function authenticateCaller(
  ports: AuthenticationPorts,
  authorization: string | undefined,
  from: { address: string; requestId: string },
): Promise<Caller> {
  if (authorization === undefined) return { user: null, token: null, ...from };
  const text = bearerOf(authorization);
  return looksPersonal(text) ? withPersonalToken(ports, text, from) : withSession(ports, text, from);
}

async function withPersonalToken(
  ports: AuthenticationPorts,
  text: string,
  from: { address: string; requestId: string },
): Promise<Caller> {
  const textHash = hashOfTokenText(text);
  const held = textHash === null ? null : await ports.tokens.findPersonalInUse(textHash);
  if (held === null || held.token.expiresAt <= ports.clock.now()) throw invalidToken();
  const { token } = held;
  const user = callingUser(held, ports.access.reviewersGroup, token);
  const calling: CallingToken = {
    id: token.id,
    kind: 'personal',
    packagePatterns: token.packagePatterns,
  };
  return { user, token: calling, address: from.address, requestId: from.requestId };
}

async function withSession(
  ports: AuthenticationPorts,
  text: string,
  from: { address: string; requestId: string },
): Promise<Caller> {
  const stated = await ports.sessionSigner.verify(text);
  if (stated === null) throw invalidToken();
  const held = await ports.tokens.useSession(stated.sessionId, ports.clock.now());
  if (held === null || !isCurrent(held) || held.user.id !== stated.userId) throw invalidToken();
  const user = callingUser(held, ports.access.reviewersGroup);
  const calling: CallingToken = { id: held.token.id, kind: 'session', packagePatterns: [] };
  return { user, token: calling, address: from.address, requestId: from.requestId };
}

function isCurrent({ token, user }: TokenInUse<Session>): boolean {
  return token.generation === user.sessionGeneration;
}

/**
 * The user, narrowed to what the token extends to. A narrowed token leaves the rights of a reviewer behind: to
 * carry them it must extend to everything that its owner may do, with every package. With a one-time password
 * nothing may be done yet, whatever asks for no permission by its name.
 */
export function callingUser(
  { user, groups }: Pick<TokenInUse<unknown>, 'user' | 'groups'>,
  reviewersGroup: string,
  extent: Pick<PersonalToken, 'permissions' | 'packagePatterns'> = {
    permissions: user.permissions,
    packagePatterns: [],
  },
): CallingUser {
  const permissions = user.mustChangePassword
    ? new Set<Permission>()
    : narrowed(user.permissions, extent.permissions);
  const whole =
    extent.packagePatterns.length === 0 &&
    user.permissions.every((permission) => permissions.has(permission));
  return {
    id: user.id,
    name: user.name,
    permissions,
    groupIds: new Set(groups.map((group) => group.id)),
    reviewer: permissions.has('admin') || (whole && groups.some((group) => group.name === reviewersGroup)),
    mustChangePassword: user.mustChangePassword,
  };
}

/** What of `extent` the owner has; `admin` implies all of the others. */
function narrowed(owned: readonly Permission[], extent: readonly Permission[]): ReadonlySet<Permission> {
  if (extent === owned || owned.includes('admin')) return new Set(extent);
  return new Set(extent.filter((permission) => owned.includes(permission)));
}

function bearerOf(authorization: string): string {
  const [, text] = /^bearer +([^\s]+)$/i.exec(authorization) ?? [];
  if (text === undefined) {
    throw new RegistryError('token-invalid', 'The Authorization header must read `Bearer <token>`.');
  }
  return text;
}

function invalidToken(): RegistryError {
  return new RegistryError('token-invalid', 'The token is expired, used up, revoked or not one of ours.');
}
