import type {
  CompiledPolicies,
  DecisionInputs,
  ExaminedPolicies,
  GateAction,
  PolicyAnswer,
  PolicyEngine,
} from '../../core/gate/index.ts';
import { compileWith, decideWith } from './cedar-decisions.ts';
import { type Cedar, newCedar } from './cedar-instance.ts';
import { examineText } from './examine-text.ts';
import { type ReadPolicies, type ReadPolicy, readPolicies } from './policy-text.ts';
import { builtInText, schemaText } from './shipped-policies.ts';

/** Policies in Cedar, decided by its own engine, in this thread. What is compiled is parsed once. */
export class CedarPolicyEngine implements PolicyEngine {
  readonly builtIn = builtInText;
  readonly schema = schemaText;
  #cedar: Cedar | undefined;
  #ofBuiltIn: readonly ReadPolicy[] | undefined;
  /** Names under which the instance has known policies, and that are free again: it forgets none. */
  readonly #freeNames: string[] = [];
  #names = 0;
  #examining: Promise<unknown> = Promise.resolve();

  /** One at a time: each has a thread of its own, and an instance. */
  examine(text: string): Promise<ExaminedPolicies> {
    const taken = this.#builtInPolicies().map(({ id }) => id);
    const examined = this.#examining.then(() => examineText(text, taken));
    this.#examining = examined.catch(() => undefined);
    return examined;
  }

  compile(text: string): CompiledPolicies {
    const builtIn = this.#builtInPolicies();
    const taken = new Set(builtIn.map(({ id }) => id));
    const policies = [...builtIn, ...required(this.#safely((cedar) => readPolicies(cedar, text, taken)))];
    const name = this.#freeNames.pop() ?? `set ${this.#names++}`;
    this.#safely((cedar) => compileWith(cedar, name, policies));
    return this.#compiled(name, policies);
  }

  #compiled(name: string, policies: readonly ReadPolicy[]): CompiledPolicies {
    let knownBy = this.#cedar;
    let closed = false;
    return {
      policies,
      asksVerdicts: policies.some(({ asksVerdicts }) => asksVerdicts),
      decide: (action: GateAction, inputs: DecisionInputs): PolicyAnswer =>
        this.#safely((cedar) => {
          if (closed) throw new Error('these policies are not used any more');
          // Another instance has taken the place of one that failed, and knows nothing yet.
          if (cedar !== knownBy) compileWith(cedar, name, policies);
          knownBy = cedar;
          return decideWith(cedar, name, action, inputs);
        }),
      close: () => {
        if (closed) return;
        closed = true;
        this.#safely((cedar) => compileWith(cedar, name, []));
        this.#freeNames.push(name);
      },
    };
  }

  #builtInPolicies(): readonly ReadPolicy[] {
    this.#ofBuiltIn ??= required(this.#safely((cedar) => readPolicies(cedar, builtInText, null)));
    return this.#ofBuiltIn;
  }

  #safely<T>(use: (cedar: Cedar) => T): T {
    this.#cedar ??= newCedar();
    try {
      return use(this.#cedar);
    } catch (error) {
      // Nothing that it is asked from now on would be answered well.
      if (error instanceof RangeError || (error instanceof Error && error.name === 'RuntimeError')) {
        this.#cedar = undefined;
      }
      throw error;
    }
  }
}

function required({ problems, policies }: ReadPolicies): readonly ReadPolicy[] {
  const [first] = problems;
  if (first === undefined) return policies;
  throw new Error(
    `The policies cannot be used: line ${first.line}, column ${first.column}: ${first.message}`,
  );
}
