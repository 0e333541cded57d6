import type { Page, PageRequest } from '../paging.ts';
import type { DecisionInputs, GateAction } from './inputs.ts';
import type { ListedPolicyVersion, PolicyVersion } from './policy-version.ts';

export interface PolicyStore {
  /** The version in force, null when there never was one. */
  last(): Promise<PolicyVersion | null>;
  /** Null when there is none; one keyed read. */
  find(number: number): Promise<PolicyVersion | null>;
  /** Newest first. */
  list(page: PageRequest): Promise<Page<ListedPolicyVersion>>;
}

/** One policy of a set, by what it says of itself. */
export interface NamedPolicy {
  readonly id: string;
  /** What whoever is denied is told, with places to fill in, see `sentenceOf` in decide.ts; null when it says nothing. */
  readonly reason: string | null;
  readonly effect: 'permit' | 'forbid';
  /** The actions that it may apply to. */
  readonly actions: ReadonlySet<GateAction>;
  readonly builtIn: boolean;
}

/** Something in a text that keeps it from being accepted. */
export interface PolicyProblem {
  /** From 1 on, as people count; 0: of the text as a whole. */
  readonly line: number;
  readonly column: number;
  readonly message: string;
}

export interface ExaminedPolicies {
  /** Empty: the text is good. */
  readonly problems: readonly PolicyProblem[];
  /** In the order of the text. Without the built-in ones; empty when there are problems. */
  readonly policies: readonly NamedPolicy[];
}

/** What the policies say to one request. */
export interface PolicyAnswer {
  readonly allowed: boolean;
  /** Ids of those that determined it; empty when none permits it. In no order. */
  readonly determining: readonly string[];
  /** Ids of those that could not be evaluated: then it is not allowed, whatever the others say. */
  readonly failed: readonly string[];
}

/** The built-in policies and those of a text, ready to decide. */
export interface CompiledPolicies {
  /** The built-in ones first, then in the order of the text. */
  readonly policies: readonly NamedPolicy[];
  /** A policy asks for the verdicts on the content, which have to be read. */
  readonly asksVerdicts: boolean;
  /** Takes some tenths of a millisecond. Throws when the engine has failed; nothing is allowed then. */
  decide(action: GateAction, inputs: DecisionInputs): PolicyAnswer;
  /** What was compiled is forgotten; to be called when it is not used any more. */
  close(): void;
}

export interface PolicyEngine {
  /** The policies that hold in every registry, as text. */
  readonly builtIn: string;
  /** What policies may ask for, as text. */
  readonly schema: string;
  /**
   * Looks at a text of anybody's: is it in the language, does it fit the schema, does it keep to the limits? Whatever it
   * is, this takes bounded time and leaves what decides unharmed.
   */
  examine(text: string): Promise<ExaminedPolicies>;
  /** Throws for a text in which `examine` finds problems. */
  compile(text: string): CompiledPolicies;
}
