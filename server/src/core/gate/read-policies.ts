import { notFound } from '../errors.ts';
import type { PolicyKeeper } from './active-policies.ts';
import type { PolicyVersion } from './policy-version.ts';
import type { NamedPolicy, PolicyEngine, PolicyStore } from './ports.ts';

/** What the gate decides by. */
export interface PoliciesInForce {
  /** Null: nobody has ever written any. */
  readonly version: PolicyVersion | null;
  /** The built-in ones first; none when they cannot be used. */
  readonly policies: readonly NamedPolicy[];
  /** Why they cannot be used, so that everything is denied; null when they can. */
  readonly fault: string | null;
  readonly builtIn: string;
  readonly schema: string;
}

export async function readPolicies({
  policyKeeper,
  policyEngine: { builtIn, schema },
}: {
  readonly policyKeeper: Pick<PolicyKeeper, 'current'>;
  readonly policyEngine: Pick<PolicyEngine, 'builtIn' | 'schema'>;
}): Promise<PoliciesInForce> {
  const { version, compiled, fault } = await policyKeeper.current();
  return { version, policies: compiled?.policies ?? [], fault, builtIn, schema };
}

export async function readPolicyVersion(
  { policies }: { readonly policies: Pick<PolicyStore, 'find'> },
  number: number,
): Promise<PolicyVersion> {
  const version = await policies.find(number);
  if (version === null) throw notFound('version of the policies', String(number));
  return version;
}
