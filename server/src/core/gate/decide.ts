// The decision itself: what the policies say to some inputs, and why, in words.
import type { DecisionInputs, GateAction } from './inputs.ts';
import type { CompiledPolicies, NamedPolicy, PolicyAnswer } from './ports.ts';

export interface GateDecision {
  readonly allowed: boolean;
  /** For the caller and the audit. */
  readonly reason: string;
  /** The policies that determined the decision. */
  readonly policies: readonly string[];
}

/** Decides one action. Whatever cannot be evaluated denies. */
export function decide(policies: CompiledPolicies, action: GateAction, inputs: DecisionInputs): GateDecision {
  let answer: PolicyAnswer;
  try {
    answer = policies.decide(action, inputs);
  } catch {
    return unusable('The policies could not be evaluated, and so nobody may.');
  }
  const determining = policies.policies.filter(({ id }) => answer.determining.includes(id));
  const first = determining.find(({ builtIn }) => builtIn);
  // Whom the registry's own rules deny is told of these alone: what administrators think of it does not matter.
  if (!answer.allowed && first?.effect === 'forbid') return denied(first.reason, [first], inputs);
  const [failed] = answer.failed;
  if (failed !== undefined) {
    const reason = `The policy ${failed} could not be evaluated, and so nobody may.`;
    return { allowed: false, reason, policies: answer.failed };
  }
  if (!answer.allowed) return denied(null, determining, inputs);
  const reason = determining.map((policy) => sentenceOf(policy, inputs)).join(' ');
  return { allowed: true, reason, policies: determining.map(({ id }) => id) };
}

/** To know of the package, and to have what is asked for. The first that is denied decides. */
export function decideContent(
  policies: CompiledPolicies,
  action: GateAction,
  inputs: DecisionInputs,
): GateDecision {
  const view = decide(policies, 'view', inputs);
  return view.allowed ? decide(policies, action, inputs) : view;
}

/** The decision where there are no policies to ask. */
export function unusable(reason: string): GateDecision {
  return { allowed: false, reason, policies: [] };
}

function denied(
  reason: string | null,
  determining: readonly NamedPolicy[],
  inputs: DecisionInputs,
): GateDecision {
  if (determining.length === 0) return unusable('No policy allows it.');
  const sentences = determining.map((policy) =>
    sentenceOf({ ...policy, reason: reason ?? policy.reason }, inputs),
  );
  return {
    allowed: false,
    reason: [...new Set(sentences)].join(' '),
    policies: determining.map(({ id }) => id),
  };
}

/** What the policy says, with its places filled in: `{package}`, `{version}`, `{state}`, `{user}`, `{why}`. */
function sentenceOf({ id, reason }: NamedPolicy, inputs: DecisionInputs): string {
  if (reason === null) return `The policy ${id} forbids it.`;
  const { user, package: pkg, version } = inputs;
  const places: Readonly<Record<string, string | undefined>> = {
    user: user.name,
    package: pkg.name,
    version: version?.label,
    state: version?.state ?? pkg.state,
    why: version?.reason ?? 'no reason given',
  };
  return reason.replace(/\{(\w+)\}/g, (place, name: string) => places[name] ?? place);
}
