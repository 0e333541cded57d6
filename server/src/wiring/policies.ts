import { CedarPolicyEngine } from '../adapters/cedar/cedar-policy-engine.ts';
import type { Clock } from '../core/clock.ts';
import type { RecordsEngine } from '../core/engine.ts';
import { PolicyKeeper } from '../core/gate/index.ts';

/** What the gate decides by. */
export function policyPorts({ policies }: Pick<RecordsEngine, 'policies'>, clock: Clock) {
  const policyEngine = new CedarPolicyEngine();
  return { policyEngine, policyKeeper: new PolicyKeeper({ clock, policies, policyEngine }) };
}
