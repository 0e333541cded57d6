import { type AuditAppended, audited } from '../audit/index.ts';
import type { Caller } from '../caller.ts';
import type { Randomness } from '../clock.ts';
import type { Commit } from '../commit.ts';
import { RegistryError } from '../errors.ts';
import { countLoginAttempt, type ThrottlePorts } from './login-throttle.ts';
import type { Passwords } from './passwords.ts';
import type { SessionSigner, TokenStore, UserStore } from './ports.ts';
import type { Session, SessionInserted } from './token.ts';
import type { User, UserPasswordChanged } from './user.ts';

export interface LoginPorts extends ThrottlePorts {
  readonly randomness: Randomness;
  readonly users: Pick<UserStore, 'findByName' | 'passwordHashOf'>;
  readonly tokens: Pick<TokenStore, 'removeExpired'>;
  readonly passwords: Passwords;
  readonly sessionSigner: SessionSigner;
  readonly commit: Commit<SessionInserted | UserPasswordChanged | AuditAppended>;
}

export interface OpenedSession {
  /** What the client sends from now on. */
  readonly token: string;
  readonly session: Session;
  readonly user: User;
}

/**
 * Opens a session. Throws `login-failed` alike for a wrong password and a user who does not exist, and
 * `login-throttled` after too many failures.
 */
export async function logIn(
  ports: LoginPorts,
  caller: Caller,
  given: { name: string; password: string },
): Promise<OpenedSession> {
  const attempt = await countLoginAttempt(ports, given.name, caller.address);
  const { user, passwordHash } = await requireRightPassword(ports, given);
  await attempt.succeeded();
  const session = newSession(ports, user);
  const token = await ports.sessionSigner.sign(
    { sessionId: session.id, userId: user.id },
    session.createdAt,
    session.expiresAt,
  );
  await ports.commit([
    { change: 'session.insert', session },
    audited(ports, { ...caller, ...asActor(user, session) }, 'account.log-in', {
      kind: 'user',
      id: user.name,
    }),
  ]);
  await renewStaleHash(ports, user, passwordHash, given.password);
  await ports.tokens.removeExpired(ports.clock.now());
  return { token, session, user };
}

async function requireRightPassword(ports: LoginPorts, given: { name: string; password: string }) {
  const user = await ports.users.findByName(given.name);
  // Asked for in any case, so that a name that is not there takes as many steps.
  const passwordHash = await ports.users.passwordHashOf(user?.id ?? '');
  const right = await ports.passwords.verify(given.password, passwordHash);
  if (user !== null && passwordHash !== null && right) return { user, passwordHash };
  throw new RegistryError('login-failed', 'There is no user with this name and password.');
}

function newSession(ports: LoginPorts, user: User): Session {
  const createdAt = ports.clock.now();
  return {
    id: ports.randomness.id(),
    userId: user.id,
    generation: user.sessionGeneration,
    createdAt,
    expiresAt: new Date(createdAt.getTime() + ports.access.sessionLifetimeS * 1_000),
    usesLeft: ports.access.sessionUses,
  };
}

/** Who logs in is known only now: the entry tells the user, although the request came from nobody. */
function asActor(user: User, session: Session): Pick<Caller, 'user' | 'token'> {
  return {
    user: {
      id: user.id,
      name: user.name,
      permissions: new Set(user.permissions),
      groupIds: new Set(),
      reviewer: false,
      mustChangePassword: user.mustChangePassword,
    },
    token: { id: session.id, kind: 'session', packagePatterns: [] },
  };
}

async function renewStaleHash(ports: LoginPorts, user: User, from: string, password: string): Promise<void> {
  if (!ports.passwords.isStale(from)) return;
  const to = await ports.passwords.hash(password);
  const renewed = {
    change: 'user.change-password',
    userId: user.id,
    from,
    to,
    mustChangePassword: user.mustChangePassword,
    endsSessions: false,
  } as const;
  await ports.commit([renewed]).catch(unlessChangedMeanwhile);
}

function unlessChangedMeanwhile(error: unknown): void {
  if (!(error instanceof RegistryError && error.code === 'state-conflict')) throw error;
}
