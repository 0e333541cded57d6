import type { DecisionInputs, GateAction, PolicyAnswer } from '../../core/gate/index.ts';
import type { Cedar } from './cedar-instance.ts';
import { requestOf } from './cedar-request.ts';
import type { ReadPolicy } from './policy-text.ts';

/** Has the instance know the policies under the name, in place of those that it knew under it. */
export function compileWith(cedar: Cedar, name: string, policies: readonly ReadPolicy[]): void {
  const staticPolicies = Object.fromEntries(policies.map(({ id, text }) => [id, text]));
  const answer = cedar.preparsePolicySet(name, { staticPolicies });
  if (answer.type === 'failure') throw new Error(answer.errors.map(({ message }) => message).join('; '));
}

export function decideWith(
  cedar: Cedar,
  name: string,
  action: GateAction,
  inputs: DecisionInputs,
): PolicyAnswer {
  const answer = cedar.statefulIsAuthorized({ ...requestOf(action, inputs), preparsedPolicySetId: name });
  if (answer.type === 'failure') throw new Error(answer.errors.map(({ message }) => message).join('; '));
  const { decision, diagnostics } = answer.response;
  const failed = diagnostics.errors.map(({ policyId }) => policyId);
  return { allowed: decision === 'allow' && failed.length === 0, determining: diagnostics.reason, failed };
}
