import type { Caller } from '../caller.ts';
import type { Clock } from '../clock.ts';
import type { Package } from '../packages/index.ts';
import type { ActivePolicies, PolicyKeeper } from './active-policies.ts';
import { decide } from './decide.ts';
import { decisionInputs } from './inputs.ts';

export interface HidingPorts {
  readonly clock: Clock;
  readonly policyKeeper: Pick<PolicyKeeper, 'current'>;
}

/**
 * The caller, knowing what policies of administrators hide from them. To be made of every caller who may read packages;
 * it costs nothing while no such policy is about knowing of packages.
 */
export async function withHiddenPackages(ports: HidingPorts, caller: Caller): Promise<Caller> {
  const active = await ports.policyKeeper.current();
  if (!active.narrowsView) return caller;
  return { ...caller, hides: (pkg) => isHidden(ports, active, caller, pkg) };
}

/** Where the policies cannot be used, everything is hidden. */
function isHidden(
  { clock }: HidingPorts,
  { compiled }: ActivePolicies,
  caller: Caller,
  pkg: Package,
): boolean {
  if (compiled === null) return true;
  return !decide(compiled, 'view', decisionInputs(caller, { package: pkg, at: clock.now() })).allowed;
}
