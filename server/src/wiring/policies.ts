import { CedarPolicyEngine } from '../adapters/cedar/cedar-policy-engine.ts';
import type { Clock } from '../core/clock.ts';
import type { RecordsEngine } from '../core/engine.ts';
import { PolicyKeeper } from '../core/gate/index.ts';
import type { PackageStore } from '../core/packages/index.ts';

/** What the gate decides by. */
export function policyPorts({ policies }: Pick<RecordsEngine, 'policies'>, clock: Clock) {
  const policyEngine = new CedarPolicyEngine();
  return { policyEngine, policyKeeper: new PolicyKeeper({ clock, policies, policyEngine }) };
}

/** Does what the first decision would wait for, where there is something to decide about: it takes some 30 MB. */
export async function warmUpPolicies(
  { policyKeeper }: { readonly policyKeeper: PolicyKeeper },
  packages: Pick<PackageStore, 'list'>,
): Promise<void> {
  const { items } = await packages.list({ states: ['published', 'yanked'] }, { limit: 1 });
  if (items.length > 0) (await policyKeeper.current()).prepare();
}
