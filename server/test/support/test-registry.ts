// A whole registry in memory, with a clock that stands still until a test moves it, and users made in one line:
//
//   const test = await testRegistry();
//   const ada = await test.signIn('ada', ['upload', 'search']);
//   const app = await testApp(test);
//   await app.inject({ method: 'GET', url: '/items', headers: ada.headers });
import { CedarPolicyEngine } from '../../src/adapters/cedar/cedar-policy-engine.ts';
import { JoseSessionSigner } from '../../src/adapters/jose/session-signer.ts';
import { MemoryContentStore } from '../../src/adapters/memory/content-store.ts';
import { MemoryIncomingStore } from '../../src/adapters/memory/incoming-store.ts';
import { memoryEngine } from '../../src/adapters/memory/memory-engine.ts';
import { MemorySecretStore } from '../../src/adapters/memory/secret-store.ts';
import {
  type AccessSettings,
  authenticateCaller,
  ensureSessionKey,
  hashOfTokenText,
  inOrder,
  newTokenText,
  Passwords,
  type PersonalToken,
  type Session,
  SigningKeys,
  type User,
} from '../../src/core/access/index.ts';
import type { AuditEntry } from '../../src/core/audit/index.ts';
import type { Caller, Permission } from '../../src/core/caller.ts';
import type { Clock } from '../../src/core/clock.ts';
import {
  receivingAtOwnAddresses,
  SignedAddresses,
  servingAtOwnAddresses,
} from '../../src/core/content/index.ts';
import type { RecordsEngine } from '../../src/core/engine.ts';
import { EventFeed } from '../../src/core/events/index.ts';
import { isServed, PolicyKeeper } from '../../src/core/gate/index.ts';
import { HealthMonitor, noTelemetry, Traffic } from '../../src/core/health/index.ts';
import { RegistryKeys } from '../../src/core/signing/index.ts';
import { takesBytes, type UploadLimits } from '../../src/core/uploads/index.ts';
import type { Registry } from '../../src/http/registry.ts';
import type { HttpSettings } from '../../src/http/settings.ts';
import { FakeValidatorRunner } from './fake-validator-runner.ts';
import { randomness } from './samples.ts';

/** Stands still until it is moved. */
export class TestClock implements Clock {
  #now = new Date('2026-01-31T12:00:00Z');

  now(): Date {
    return new Date(this.#now);
  }

  advance(seconds: number): void {
    this.#now = new Date(this.#now.getTime() + seconds * 1_000);
  }
}

/** One for all registries of a process: it takes some hundred milliseconds to load. */
const policyEngine = new CedarPolicyEngine();

export const accessSettings: AccessSettings = {
  openRegistration: false,
  defaultPermissions: ['search', 'download'],
  reviewersGroup: 'reviewers',
  sessionLifetimeS: 36_000,
  sessionUses: 1_000,
  sessionKeyOverlapS: 36_000,
  personalTokenDefaultDays: 90,
  personalTokenMaximumDays: 365,
  loginFailuresPerAccount: 5,
  loginMaximumWaitS: 900,
  loginFailuresPerAddress: 30,
  loginAddressWindowS: 600,
};

export const httpSettings: HttpSettings = {
  host: '127.0.0.1',
  port: 0,
  trustedProxies: [],
  clientAddressHeader: '',
  corsOrigins: [],
  requestsPerMinute: 1_000_000,
  anonymousRequestsPerMinute: 1_000_000,
  transferIdleTimeoutMs: 5_000,
};

/** A user who is logged in, without the cost of a password. */
export interface SignedIn {
  readonly user: User;
  readonly session: Session;
  /** The text of the session token. */
  readonly token: string;
  /** To send with a request. */
  readonly headers: { readonly authorization: string };
  /** The caller as a use case gets it, read anew: it takes one use of the session. */
  caller(): Promise<Caller>;
}

const from = { address: '192.0.2.1', requestId: 'request' };
export const nobody: Caller = { user: null, token: null, ...from };

const cheapCost = { memoryKiB: 64, passes: 1, lanes: 1 };

export type TestRegistry = Awaited<ReturnType<typeof testRegistry>>;

/** `settings` narrows or widens what the operator has decided; `ports` stand in for those in memory. */
export async function testRegistry(
  settings: Partial<AccessSettings> = {},
  { engine = memoryEngine(), ...ports }: Partial<Registry> & { engine?: RecordsEngine } = {},
) {
  const clock = new TestClock();
  const access = { ...accessSettings, ...settings };
  const signingKeys = new SigningKeys({ clock, secrets: new MemorySecretStore() });
  await ensureSessionKey({ clock, randomness, signingKeys });
  const registryKeys = await RegistryKeys.open({ clock, randomness, secrets: new MemorySecretStore() });
  const sessionSigner = new JoseSessionSigner({ clock, signingKeys, access });
  const passwords = new Passwords(randomness, cheapCost);
  /** What was noted about operations that changed nothing. */
  const observed: AuditEntry[] = [];
  const authentication = { clock, tokens: engine.tokens, sessionSigner, access };

  const registry: Registry = {
    ...engine,
    ...testContent(engine, clock),
    ...testEvents(engine),
    health: new HealthMonitor({ clock }, []),
    traffic: new Traffic(),
    telemetry: noTelemetry,
    tracer: null,
    metricsFor: 'anyone',
    review: { secondPerson: false },
    validatorLimits: { sourceBytes: 65_536 },
    validatorRunner: new FakeValidatorRunner(),
    validatorArchives: null,
    policyEngine,
    policyKeeper: new PolicyKeeper({ clock, policies: engine.policies, policyEngine }),
    version: '0.0.0-test',
    startedAt: clock.now(),
    clock,
    randomness,
    access,
    passwords,
    sessionSigner,
    signer: registryKeys,
    identity: { name: 'test', url: 'https://registry.test' },
    observe: (entry) => void observed.push(entry),
    auditBehind: () => null,
    authenticate: (authorization, requester) => authenticateCaller(authentication, authorization, requester),
    ...ports,
  };

  /** Adds a user with these permissions, a member of the groups with these ids. */
  async function addUser(
    name: string,
    permissions: readonly Permission[],
    given: { password?: string; groupIds?: readonly string[]; mustChangePassword?: boolean } = {},
  ): Promise<User> {
    const user: User = {
      id: randomness.id(),
      name,
      permissions: inOrder(permissions),
      mustChangePassword: given.mustChangePassword ?? false,
      sessionGeneration: 0,
      createdAt: clock.now(),
    };
    const passwordHash = given.password === undefined ? 'no password' : await passwords.hash(given.password);
    const memberships = (given.groupIds ?? []).map(
      (groupId) => ({ change: 'group.add-member', groupId, userId: user.id }) as const,
    );
    await engine.commit([{ change: 'user.insert', user, passwordHash }, ...memberships]);
    return user;
  }

  /** Adds a user and opens a session for them. */
  async function signIn(...user: Parameters<typeof addUser>): Promise<SignedIn> {
    return openSession(await addUser(...user));
  }

  async function openSession(user: User): Promise<SignedIn> {
    const createdAt = clock.now();
    const session: Session = {
      id: randomness.id(),
      userId: user.id,
      generation: user.sessionGeneration,
      createdAt,
      expiresAt: new Date(createdAt.getTime() + access.sessionLifetimeS * 1_000),
      usesLeft: access.sessionUses,
    };
    await engine.commit([{ change: 'session.insert', session }]);
    const statement = { sessionId: session.id, userId: user.id };
    const token = await sessionSigner.sign(statement, createdAt, session.expiresAt);
    const headers = { authorization: `Bearer ${token}` };
    return {
      user,
      session,
      token,
      headers,
      caller: () => registry.authenticate(headers.authorization, from),
    };
  }

  /** Adds a personal access token of the user; `fields` says what matters. */
  async function addToken(user: User, fields: Partial<PersonalToken> = {}) {
    const text = newTokenText(randomness);
    const createdAt = clock.now();
    const token: PersonalToken = {
      id: randomness.id(),
      userId: user.id,
      name: 'of a test',
      textHash: hashOfTokenText(text) ?? '',
      permissions: user.permissions,
      packagePatterns: [],
      createdAt,
      expiresAt: new Date(createdAt.getTime() + 90 * 86_400_000),
      ...fields,
    };
    await engine.commit([{ change: 'personal-token.insert', token }]);
    const headers = { authorization: `Bearer ${text}` };
    return { token, text, headers, caller: () => registry.authenticate(headers.authorization, from) };
  }

  /** Adds a group; `reviewers` is the one whose members review. Returns its id. */
  async function addGroup(name: string): Promise<string> {
    const group = { id: randomness.id(), name, description: '', createdAt: clock.now() };
    await engine.commit([{ change: 'group.insert', group }]);
    return group.id;
  }

  /** What was committed and what was observed, newest first. */
  async function auditLog(): Promise<readonly AuditEntry[]> {
    const { items } = await engine.audit.list({}, { limit: 200 });
    return [...items, ...observed].sort((a, b) => (a.id < b.id ? 1 : -1));
  }

  return {
    registry,
    clock,
    signingKeys,
    registryKeys,
    observed,
    addUser,
    signIn,
    openSession,
    addToken,
    addGroup,
    auditLog,
  };
}

const mebibyte = 1024 * 1024;

export const uploadLimits: UploadLimits = {
  maximumBytes: 10 * 1024 * mebibyte,
  maximumOpen: 5,
  formMaximumBytes: 32 * mebibyte,
  acceptedTypes: ['application/zip'],
  lifetimeMs: 24 * 3_600_000,
  addressLifetimeMs: 3_600_000,
};

/** Content in memory, received and served at addresses that begin with `http://registry.test`. */
function testContent(engine: RecordsEngine, clock: Clock) {
  const content = new MemoryContentStore();
  const incoming = new MemoryIncomingStore(content);
  const key = { id: 'key', secret: randomness.bytes(32) };
  const addresses = new SignedAddresses({ clock, randomness }, { list: async () => [key] });
  const publicUrl = () => 'http://registry.test';
  return {
    content,
    receiving: receivingAtOwnAddresses({ addresses, incoming }, publicUrl),
    serving: servingAtOwnAddresses(addresses, publicUrl),
    ownContent: {
      addresses,
      content,
      incoming,
      receivingGuard: {
        isOpen: async (uploadId: string) => takesBytes(await engine.uploads.find(uploadId), clock.now()),
      },
      servingGuard: { isServed: (versionId: string) => isServed(engine, versionId) },
    },
    uploadLimits,
    downloadLifetimeMs: 300_000,
  };
}

/** Events that nobody polls for, webhooks that reach nobody, and secrets in a box of glass. */
function testEvents(engine: RecordsEngine): Pick<Registry, 'eventFeed' | 'webhookSender' | 'secretBox'> {
  return {
    eventFeed: new EventFeed(engine, { pollMs: 20, streamsPerUser: 5, opened: () => {} }),
    webhookSender: {
      whyRefused: async () => null,
      post: async () => ({ status: 200, error: null, durationMs: 1, responseBody: '' }),
    },
    secretBox: {
      seal: async (secret, purpose) => `${purpose} ${secret}`,
      open: async (sealed, purpose) => sealed.slice(purpose.length + 1),
    },
  };
}
