import { requireUnlimitedToken, userOf } from '../access/index.ts';
import { type AuditAppended, audited } from '../audit/index.ts';
import type { Caller } from '../caller.ts';
import type { Clock, Randomness } from '../clock.ts';
import type { Commit } from '../commit.ts';
import { RegistryError } from '../errors.ts';
import { requireReason } from '../packages/index.ts';
import type { PolicyKeeper } from './active-policies.ts';
import { digestOfPolicies, type PolicyAppended, type PolicyVersion } from './policy-version.ts';
import type { ExaminedPolicies, PolicyEngine, PolicyProblem, PolicyStore } from './ports.ts';

/**
 * Puts the text in force in place of the policies of version `expectedNumber` (0: there were none). A text that is in force
 * already makes no new version. Nothing keeps administrators from this: it is not for policies to decide.
 */
export async function changePolicies(
  ports: {
    readonly clock: Clock;
    readonly randomness: Randomness;
    readonly policies: Pick<PolicyStore, 'last'>;
    readonly policyEngine: Pick<PolicyEngine, 'examine'>;
    readonly policyKeeper: Pick<PolicyKeeper, 'forget'>;
    readonly commit: Commit<PolicyAppended | AuditAppended>;
  },
  caller: Caller,
  given: { text: string; reason: string; expectedNumber: number },
): Promise<PolicyVersion> {
  requireUnlimitedToken(caller);
  const user = userOf(caller);
  const reason = requireReason(given.reason);
  const digest = digestOfPolicies(given.text);
  await requireGood(ports, given.text);
  const last = await ports.policies.last();
  if (last?.digest === digest) return last;
  const number = last?.number ?? 0;
  if (number !== given.expectedNumber) {
    throw new RegistryError(
      'state-conflict',
      `The policies in force are version ${number}, not ${given.expectedNumber}; read them again.`,
    );
  }
  const version: PolicyVersion = {
    number: number + 1,
    text: given.text,
    digest,
    reason,
    author: { userId: user.id, userName: user.name },
    createdAt: ports.clock.now(),
  };
  await ports.commit([
    { change: 'policy.append', version },
    audited(ports, caller, 'policy.change', { kind: 'policies', id: String(version.number) }, { reason }),
  ]);
  ports.policyKeeper.forget();
  return version;
}

/** Throws `policy-invalid`, which tells where the text has what faults. */
export async function requireGood(
  { policyEngine }: { readonly policyEngine: Pick<PolicyEngine, 'examine'> },
  text: string,
): Promise<ExaminedPolicies> {
  const examined = await policyEngine.examine(text);
  if (examined.problems.length === 0) return examined;
  throw new RegistryError('policy-invalid', told(examined.problems));
}

const mostTold = 5;

function told(problems: readonly PolicyProblem[]): string {
  const sentences = problems
    .slice(0, mostTold)
    .map(({ line, column, message }) =>
      line === 0 ? message : `Line ${line}, column ${column}: ${message}`,
    );
  const more = problems.length - mostTold;
  return [...sentences, ...(more > 0 ? [`And ${more} more.`] : [])].join('\n').slice(0, 4_000).toWellFormed();
}
