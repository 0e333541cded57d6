// Past decisions, made again by other policies: from what was put on record with each of them, whatever has become of the
// user, the package and the version since.
import { requireUnlimitedToken } from '../access/index.ts';
import type { AuditEntry, AuditLog } from '../audit/index.ts';
import type { Caller } from '../caller.ts';
import { RegistryError } from '../errors.ts';
import type { VerdictStore } from '../pipeline/index.ts';
import { requireGood } from './change-policies.ts';
import { decideContent, type GateDecision } from './decide.ts';
import { type ContentOperation, contentActions, contentOperations, type DecisionInputs } from './inputs.ts';
import type { CompiledPolicies, PolicyEngine } from './ports.ts';
import { verdictFacts } from './verdict-facts.ts';

export interface Replay {
  /** Decisions that were made again. */
  readonly decided: number;
  /** Entries from which no decision can be made again: refused before it came to one. */
  readonly skipped: number;
  readonly nowDenied: number;
  readonly nowAllowed: number;
  /** Those that come out differently, newest first. */
  readonly different: readonly DifferentDecision[];
  /** False: there is more in the period; go on with `next`. The numbers are of this part. */
  readonly complete: boolean;
  readonly next: string | null;
}

export interface DifferentDecision {
  readonly entry: AuditEntry;
  readonly before: GateDecision;
  readonly after: GateDecision;
}

/** One call looks at so many entries at most, or some more than so many that differ. */
const mostEntries = 2_000;
const mostDifferent = 100;
const entriesPerPage = 50;
/** Others get their turn after so many. */
const decisionsAtOnce = 10;

/** Makes the decisions of a period again, newest first, by the built-in policies and those of the text. */
export async function replayDecisions(
  ports: {
    readonly audit: Pick<AuditLog, 'list'>;
    readonly verdicts: Pick<VerdictStore, 'list'>;
    readonly policyEngine: Pick<PolicyEngine, 'examine' | 'compile'>;
  },
  caller: Caller,
  asked: { text: string; from: Date; until: Date; after?: string | undefined },
): Promise<Replay> {
  requireUnlimitedToken(caller);
  if (asked.from >= asked.until) throw new RegistryError('invalid-request', '`from` must be before `until`.');
  await requireGood(ports, asked.text);
  const draft = ports.policyEngine.compile(asked.text);
  try {
    return await replayPeriod(ports, draft, asked);
  } finally {
    draft.close();
  }
}

async function replayPeriod(
  ports: { readonly audit: Pick<AuditLog, 'list'>; readonly verdicts: Pick<VerdictStore, 'list'> },
  draft: CompiledPolicies,
  { from, until, after }: { from: Date; until: Date; after?: string | undefined },
): Promise<Replay> {
  const different: DifferentDecision[] = [];
  let [looked, decided] = [0, 0];
  let next: string | null | undefined = after;
  do {
    const page = { limit: entriesPerPage, after: next ?? undefined };
    const listed = await ports.audit.list({ operations: contentOperations, from, until }, page);
    for (const entry of listed.items) {
      looked += 1;
      if (looked % decisionsAtOnce === 0) await new Promise(setImmediate);
      const made = await decideAgain(ports, draft, entry);
      if (made === null) continue;
      decided += 1;
      if (made.before.allowed !== made.after.allowed) different.push(made);
    }
    next = listed.next;
  } while (next !== null && looked < mostEntries && different.length < mostDifferent);
  const nowAllowed = different.filter(({ after: { allowed } }) => allowed).length;
  const counts = { nowAllowed, nowDenied: different.length - nowAllowed };
  return { decided, skipped: looked - decided, ...counts, different, complete: next === null, next };
}

/** Null: there was no decision. */
async function decideAgain(
  ports: { readonly verdicts: Pick<VerdictStore, 'list'> },
  draft: CompiledPolicies,
  entry: AuditEntry,
): Promise<DifferentDecision | null> {
  const inputs = inputsOf(entry);
  if (inputs === null) return null;
  const isAllowed = entry.outcome === 'succeeded';
  const before = {
    // What a validator has denied, the policies had allowed.
    allowed: isAllowed || 'validator' in inputs,
    reason:
      isAllowed || !('validator' in inputs)
        ? (entry.reason ?? '')
        : 'The policies allowed it; the validator did not.',
    policies: entry.decision?.policies ?? [],
  };
  const action = contentActions[entry.operation as ContentOperation];
  return { entry, before, after: decideContent(draft, action, await completed(ports, draft, inputs)) };
}

function inputsOf({ decision }: AuditEntry): DecisionInputs | null {
  const inputs = decision?.inputs;
  const parts = [inputs?.user, inputs?.token, inputs?.package, inputs?.version];
  if (parts.some((part) => typeof part !== 'object' || part === null)) return null;
  return inputs as unknown as DecisionInputs;
}

/** With the verdicts of that moment, where the draft asks for them and the policies of then did not. */
async function completed(
  ports: { readonly verdicts: Pick<VerdictStore, 'list'> },
  { asksVerdicts }: CompiledPolicies,
  inputs: DecisionInputs,
): Promise<DecisionInputs> {
  const { version } = inputs;
  if (!asksVerdicts || version === undefined || version.verdicts !== undefined) return inputs;
  if (version.digest === null) return inputs;
  const verdicts = await verdictFacts(ports, version.digest, inputs.package.kind, new Date(inputs.at));
  return { ...inputs, version: { ...version, verdicts } };
}
