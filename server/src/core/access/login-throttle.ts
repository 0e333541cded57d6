// How failed logins slow down the next ones.
//
// An attempt is counted as failed before the password is looked at, and taken back when it succeeds: any number of
// guesses at the same time get no further than as many one after another. Counted are
//
//   the address   so many failures within a window, then nothing until the window ends
//   the account   a few failures, then a wait that doubles with every further one; by the name that was given, be
//                 there such a user or not, so that the answer does not tell
//
// A wait of the account can be provoked by anybody who knows the name. So that nobody can lock a user out, an
// address from which that user has logged in has an account count of its own: strangers' failures do not touch it.
// Tokens already issued are not affected at all.
import { hash } from 'node:crypto';
import type { Clock } from '../clock.ts';
import { RegistryError } from '../errors.ts';
import { networkOf } from './client-network.ts';
import type { LoginAttempts } from './ports.ts';
import type { AccessSettings } from './settings.ts';
import { nameKeyOf } from './user-name.ts';

export interface AttemptCount {
  readonly failures: number;
  /** No attempt before. */
  readonly waitUntil: Date;
  /** From then on as if nothing had been counted. */
  readonly forgetAt: Date;
}

interface Rule {
  readonly freeFailures: number;
  readonly firstWaitMs: number;
  readonly maximumWaitMs: number;
  readonly forgetAfterMs: number;
  /** Is the time until forgetting counted anew with every failure? */
  readonly forgetsAfterLast: boolean;
}

export interface ThrottlePorts {
  readonly clock: Clock;
  readonly loginAttempts: LoginAttempts;
  readonly access: AccessSettings;
}

/** An attempt that may go on. */
export interface CountedAttempt {
  /** The password was right: the counts of the account start anew, the address gets its attempt back. */
  succeeded(): Promise<void>;
}

/** Counts an attempt to log in as failed, or refuses it with `login-throttled`. */
export async function countLoginAttempt(
  ports: ThrottlePorts,
  userName: string,
  address: string,
): Promise<CountedAttempt> {
  const { access, clock, loginAttempts } = ports;
  const network = networkOf(address);
  const rules = rulesOf(access);
  const addressKey = keyOf('address', network);
  const accountKey = keyOf('account', nameKeyOf(userName));
  const familiarKey = keyOf('familiar', nameKeyOf(userName), network);
  await count(ports, addressKey, rules.address);
  const familiar = inForce(await loginAttempts.find(familiarKey), clock.now()) !== null;
  await count(ports, familiar ? familiarKey : accountKey, familiar ? rules.familiar : rules.account);
  return {
    async succeeded() {
      const now = clock.now();
      await change(ports, addressKey, (counted) => counted && { ...counted, failures: counted.failures - 1 });
      await change(ports, accountKey, (counted) => counted && { ...counted, failures: 0, waitUntil: now });
      const forgetAt = new Date(now.getTime() + rules.familiar.forgetAfterMs);
      await change(ports, familiarKey, () => ({ failures: 0, waitUntil: now, forgetAt }));
      await loginAttempts.removeForgotten(now);
    },
  };
}

/** Counts a wrong current password at a change of it, which a stolen session could be used to guess. */
export async function countPasswordChange(ports: ThrottlePorts, userId: string): Promise<CountedAttempt> {
  const key = keyOf('password-change', userId);
  await count(ports, key, rulesOf(ports.access).account);
  return {
    succeeded: () => change(ports, key, (counted) => counted && { ...counted, failures: 0 }),
  };
}

const dayMs = 86_400_000;

function rulesOf(access: AccessSettings): Record<'account' | 'familiar' | 'address', Rule> {
  const account: Rule = {
    freeFailures: access.loginFailuresPerAccount,
    firstWaitMs: 1_000,
    maximumWaitMs: access.loginMaximumWaitS * 1_000,
    forgetAfterMs: access.loginMaximumWaitS * 1_000 + dayMs,
    forgetsAfterLast: true,
  };
  const windowMs = access.loginAddressWindowS * 1_000;
  return {
    account,
    familiar: { ...account, forgetAfterMs: account.forgetAfterMs + 30 * dayMs },
    address: {
      freeFailures: access.loginFailuresPerAddress,
      firstWaitMs: windowMs,
      maximumWaitMs: windowMs,
      forgetAfterMs: windowMs,
      forgetsAfterLast: false,
    },
  };
}

async function count(ports: ThrottlePorts, key: string, rule: Rule): Promise<void> {
  await change(ports, key, (counted, now) => {
    if (counted !== null && counted.failures >= rule.freeFailures) refuseWhileWaiting(counted, now);
    return oneMoreFailure(counted, rule, now);
  });
}

function refuseWhileWaiting(counted: AttemptCount, now: Date): void {
  const until = Math.min(counted.waitUntil.getTime(), counted.forgetAt.getTime());
  const seconds = Math.ceil((until - now.getTime()) / 1_000);
  if (seconds <= 0) return;
  throw new RegistryError(
    'login-throttled',
    `After ${counted.failures} failed attempts the next one is possible in ${seconds} s.`,
    { retryAfterSeconds: seconds },
  );
}

function oneMoreFailure(counted: AttemptCount | null, rule: Rule, now: Date): AttemptCount {
  const failures = (counted?.failures ?? 0) + 1;
  const beyond = failures - rule.freeFailures;
  const waitMs = beyond < 0 ? 0 : Math.min(rule.firstWaitMs * 2 ** beyond, rule.maximumWaitMs);
  const forgetAt = new Date(now.getTime() + rule.forgetAfterMs);
  return {
    failures,
    waitUntil: new Date(now.getTime() + waitMs),
    forgetAt: counted !== null && !rule.forgetsAfterLast ? counted.forgetAt : forgetAt,
  };
}

/**
 * Puts what `next` makes of the count in its place; null leaves it. When somebody else was faster it is done again
 * with what is there now; every round gets at least one of those at it further.
 */
async function change(
  { clock, loginAttempts }: ThrottlePorts,
  key: string,
  next: (counted: AttemptCount | null, now: Date) => AttemptCount | null,
): Promise<void> {
  for (;;) {
    const stored = await loginAttempts.find(key);
    const now = clock.now();
    const wanted = next(inForce(stored, now), now);
    if (wanted === null || (await loginAttempts.replace(key, stored, wanted))) return;
  }
}

function inForce(counted: AttemptCount | null, now: Date): AttemptCount | null {
  return counted !== null && now < counted.forgetAt ? counted : null;
}

/** Hashed, because people type passwords into the field for the name. */
function keyOf(...parts: readonly string[]): string {
  return hash('sha256', parts.join('\n'), 'hex');
}
