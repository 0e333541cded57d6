// The download decision. Every face asks here before it gives an address or a byte of content.
import type { Caller } from '../caller.ts';
import type { Clock } from '../clock.ts';
import { type Meant, maySee } from '../packages/index.ts';
import type { VerdictStore } from '../pipeline/index.ts';
import type { PolicyKeeper } from './active-policies.ts';
import { decide, decideContent, type GateDecision, unusable } from './decide.ts';
import { type DecisionInputs, decisionInputs, type GateAction } from './inputs.ts';
import { verdictFacts } from './verdict-facts.ts';

export interface DecisionPorts {
  readonly clock: Clock;
  readonly policyKeeper: Pick<PolicyKeeper, 'current'>;
  readonly verdicts: Pick<VerdictStore, 'list'>;
}

/** A decision, and what it was made of. */
export interface MadeDecision extends GateDecision {
  readonly inputs: DecisionInputs;
}

/** Decides by the policies in force. Where they cannot be used, nobody may. */
export async function decideDownload(
  ports: DecisionPorts,
  caller: Caller,
  action: Exclude<GateAction, 'view'>,
  { package: pkg, version }: Meant,
): Promise<MadeDecision> {
  const active = await ports.policyKeeper.current();
  const { compiled } = active;
  const at = ports.clock.now();
  const known = { package: pkg, version, at };
  if (compiled === null) {
    const inputs = decisionInputs(caller, known);
    return { ...unusable('The policies cannot be used: an administrator has to replace them.'), inputs };
  }
  const { digest } = version;
  const verdicts =
    compiled.asksVerdicts && digest !== null ? await verdictFacts(ports, digest, pkg.kind, at) : undefined;
  const inputs = decisionInputs(caller, { ...known, ...(verdicts !== undefined && { verdicts }) });
  // As long as administrators have no policies about it, the rule is the same, and costs nothing.
  const isSeen = !active.narrowsView && maySee(caller, pkg);
  const decision = isSeen ? decide(compiled, action, inputs) : decideContent(compiled, action, inputs);
  return { ...decision, inputs };
}
