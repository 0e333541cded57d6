// A text of policies, read and held against the schema and the limits.
import type { DetailedError, PolicyJson } from '@cedar-policy/cedar-wasm/nodejs';
import { type GateAction, gateActions, type NamedPolicy, type PolicyProblem } from '../../core/gate/index.ts';
import type { Cedar } from './cedar-instance.ts';
import { schemaText } from './shipped-policies.ts';

export const policyLimits = { textBytes: 256 * 1024, policies: 500, policyBytes: 16 * 1024 };

/** A policy, and its text as Cedar is given it. */
export interface ReadPolicy extends NamedPolicy {
  readonly text: string;
  readonly asksVerdicts: boolean;
}

export interface ReadPolicies {
  readonly problems: readonly PolicyProblem[];
  /** In the order of the text; empty when there are problems. */
  readonly policies: readonly ReadPolicy[];
}

/** `taken`: ids that are somebody else's; null for the built-in policies themselves, which may also permit. */
export function readPolicies(cedar: Cedar, text: string, taken: ReadonlySet<string> | null): ReadPolicies {
  if (Buffer.byteLength(text) > policyLimits.textBytes) {
    return refused(`The text is longer than ${policyLimits.textBytes} bytes.`);
  }
  if (text.includes('\0') || !text.isWellFormed()) return refused('The text has characters that are none.');
  // Most registries have none: then nothing has to be looked at, which takes time and memory.
  if (text === '') return { problems: [], policies: [] };
  // A test holds the built-in policies against the schema.
  const problems = taken === null ? [] : schemaProblems(cedar, text);
  return problems.length > 0 ? { problems, policies: [] } : partsOf(cedar, text, taken);
}

function schemaProblems(cedar: Cedar, text: string): readonly PolicyProblem[] {
  const checked = cedar.validate({ schema: schemaText, policies: { staticPolicies: text } });
  const errors =
    checked.type === 'failure' ? checked.errors : checked.validationErrors.map(({ error }) => error);
  return errors.map((one) => problemOf(text, one));
}

function partsOf(cedar: Cedar, text: string, taken: ReadonlySet<string> | null): ReadPolicies {
  const parts = cedar.policySetTextToParts(text);
  if (parts.type === 'failure')
    return { problems: parts.errors.map((one) => problemOf(text, one)), policies: [] };
  if (parts.policy_templates.length > 0)
    return refused('Policies with `?principal` or `?resource` are not used here.');
  if (parts.policies.length > policyLimits.policies) {
    return refused(
      `There are ${parts.policies.length} policies; at most ${policyLimits.policies} are allowed.`,
    );
  }
  return accepted(
    text,
    parts.policies.map((part) => readPolicy(cedar, part, taken === null)),
    taken,
  );
}

function accepted(
  text: string,
  read: readonly ReadPolicy[],
  taken: ReadonlySet<string> | null,
): ReadPolicies {
  const problems: PolicyProblem[] = [];
  const seen = new Set(taken ?? []);
  const placed = read.map((policy) => ({ policy, at: text.indexOf(policy.text) }));
  for (const { policy, at } of placed) {
    const told = faultOf(policy, seen, taken === null);
    if (told !== null) problems.push({ ...placeIn(text, at), message: told });
    seen.add(policy.id);
  }
  const inOrder = placed.toSorted((one, other) => one.at - other.at).map(({ policy }) => policy);
  return { problems, policies: problems.length === 0 ? inOrder : [] };
}

function faultOf(
  { id, text, effect }: ReadPolicy,
  seen: ReadonlySet<string>,
  builtIn: boolean,
): string | null {
  if (!/^[a-z0-9][a-z0-9-]{0,63}$/.test(id)) {
    return 'The policy needs an annotation @id("…") of 1 to 64 lower-case letters, digits and hyphens.';
  }
  if (seen.has(id)) return `The id "${id}" is used by another policy.`;
  if (effect === 'permit' && !builtIn) {
    return 'The policy must be a `forbid`: what one may do comes from permissions, groups and the built-in policies, and policies only narrow it.';
  }
  const bytes = Buffer.byteLength(text);
  return bytes <= policyLimits.policyBytes
    ? null
    : `The policy is ${bytes} bytes long; at most ${policyLimits.policyBytes} are allowed.`;
}

function readPolicy(cedar: Cedar, text: string, builtIn: boolean): ReadPolicy {
  const answer = cedar.policyToJson(text);
  if (answer.type === 'failure') throw new Error(`a policy that was read cannot be read again: ${text}`);
  const { annotations = {}, effect, action, resource, conditions } = answer.json;
  return {
    id: annotations.id ?? '',
    reason: annotations.reason ?? null,
    effect,
    actions: new Set(gateActions.filter((one) => appliesTo(one, action, resource))),
    builtIn,
    text,
    asksVerdicts: mentions(conditions, verdictAttributes),
  };
}

/** By its head alone: whether a policy may be about an action is asked often, and costs nothing then. */
function appliesTo(
  asked: GateAction,
  action: PolicyJson['action'],
  resource: PolicyJson['resource'],
): boolean {
  const of = asked === 'view' ? 'Package' : 'Version';
  if (resource.op === 'is' && resource.entity_type !== of) return false;
  if (action.op === 'All') return true;
  const named = 'entities' in action ? action.entities : 'entity' in action ? [action.entity] : [];
  const names = named.map((entity) => ('__entity' in entity ? entity.__entity.id : entity.id));
  return names.includes(asked) || (asked !== 'view' && names.includes('content'));
}

const verdictAttributes: ReadonlySet<unknown> = new Set([
  'verdict',
  'ruleSet',
  'passed',
  'failed',
  'inconclusive',
  'released',
]);

/** Is one of the names anywhere in the conditions? A literal of that text counts too, which does no harm. */
function mentions(conditions: PolicyJson['conditions'], names: ReadonlySet<unknown>): boolean {
  const left: unknown[] = [...conditions];
  while (left.length > 0) {
    const part = left.pop();
    if (names.has(part)) return true;
    if (typeof part === 'object' && part !== null) left.push(...Object.values(part));
  }
  return false;
}

function refused(message: string): ReadPolicies {
  return { problems: [{ line: 0, column: 0, message }], policies: [] };
}

function problemOf(text: string, { message, help, sourceLocations }: DetailedError): PolicyProblem {
  const [first] = sourceLocations ?? [];
  const told = [message.replace(/^for policy `[^`]*`, /, ''), first?.label, help].filter(Boolean).join('; ');
  if (first === undefined) return { line: 0, column: 0, message: told };
  // Cedar counts bytes.
  const before = Buffer.from(text).subarray(0, first.start).toString();
  return { ...placeIn(text, before.length), message: told };
}

function placeIn(text: string, offset: number): { line: number; column: number } {
  const lines = text.slice(0, Math.max(0, offset)).split('\n');
  return { line: lines.length, column: (lines.at(-1)?.length ?? 0) + 1 };
}
