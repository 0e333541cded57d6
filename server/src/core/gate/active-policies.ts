// The policies in force, compiled, in the memory of a process.
//
//   PUT /api/policies ──► version n+1 is stored ──► this process: at once
//                                                   all others: within a second, since nobody decides by what was
//                                                   confirmed longer ago than that
import type { Clock } from '../clock.ts';
import type { PolicyVersion } from './policy-version.ts';
import type { CompiledPolicies, PolicyEngine, PolicyStore } from './ports.ts';

/** So long a process decides by what it knows without asking whether there is a newer version. */
const confirmedForMs = 1_000;

/** One version of the policies, compiled when it is first decided by: most requests are not about what it decides. */
export class ActivePolicies {
  /** Null: there are none but the built-in ones. */
  readonly version: PolicyVersion | null;
  readonly #engine: Pick<PolicyEngine, 'compile'>;
  #compiled: CompiledPolicies | Unusable | undefined;

  constructor(engine: Pick<PolicyEngine, 'compile'>, version: PolicyVersion | null) {
    this.#engine = engine;
    this.version = version;
  }

  /** Null when they cannot be used: then nobody may anything. */
  get compiled(): CompiledPolicies | null {
    const compiled = this.#compile();
    return 'fault' in compiled ? null : compiled;
  }

  /** Why they cannot be used, for administrators; null when they can. */
  get fault(): string | null {
    const compiled = this.#compile();
    return 'fault' in compiled ? compiled.fault : null;
  }

  /** Policies of administrators may keep people from knowing of packages. */
  get narrowsView(): boolean {
    if (this.version === null || this.version.text === '') return false;
    const policies = this.compiled?.policies;
    return policies?.some(({ builtIn, actions }) => !builtIn && actions.has('view')) ?? true;
  }

  /** Compiles them now, which the first decision would wait for otherwise; it blocks everything else for as long. */
  prepare(): void {
    this.#compile();
  }

  /** What was compiled is forgotten. */
  close(): void {
    if (this.#compiled !== undefined && !('fault' in this.#compiled)) this.#compiled.close();
  }

  #compile(): CompiledPolicies | Unusable {
    if (this.#compiled !== undefined) return this.#compiled;
    try {
      this.#compiled = this.#engine.compile(this.version?.text ?? '');
    } catch (error) {
      this.#compiled = { fault: error instanceof Error ? error.message : String(error) };
    }
    return this.#compiled;
  }
}

interface Unusable {
  readonly fault: string;
}

export interface PolicyKeeperPorts {
  readonly clock: Clock;
  readonly policies: Pick<PolicyStore, 'last' | 'find'>;
  readonly policyEngine: Pick<PolicyEngine, 'compile'>;
}

export class PolicyKeeper {
  readonly #ports: PolicyKeeperPorts;
  #active: ActivePolicies | undefined;
  /** Those before: who has just asked for them may still be about to decide. */
  #replaced: ActivePolicies | undefined;
  #confirmedAt = Number.NEGATIVE_INFINITY;
  #confirming: Promise<ActivePolicies> | undefined;

  constructor(ports: PolicyKeeperPorts) {
    this.#ports = ports;
  }

  /** Undefined when nobody has asked for a second. */
  #confirmed(): ActivePolicies | undefined {
    const age = this.#ports.clock.now().getTime() - this.#confirmedAt;
    return age >= 0 && age < confirmedForMs ? this.#active : undefined;
  }

  /** What was in force at some moment of the last second. Rejects when the store does not answer. */
  async current(): Promise<ActivePolicies> {
    return this.#confirmed() ?? (await this.#confirm());
  }

  /** Has the next who asks look for a newer version. */
  forget(): void {
    this.#confirmedAt = Number.NEGATIVE_INFINITY;
    // What is being read may be from before.
    this.#confirming = undefined;
  }

  #confirm(): Promise<ActivePolicies> {
    if (this.#confirming !== undefined) return this.#confirming;
    // What is in force now is what the answer tells, however late it comes.
    const askedAt = this.#ports.clock.now().getTime();
    const confirming = this.#read().then((active) => {
      if (this.#confirming === confirming) this.#confirmedAt = askedAt;
      return active;
    });
    this.#confirming = confirming;
    const done = () => {
      if (this.#confirming === confirming) this.#confirming = undefined;
    };
    confirming.then(done, done);
    return confirming;
  }

  async #read(): Promise<ActivePolicies> {
    const known = this.#active;
    const { policies } = this.#ports;
    // Numbers have no holes: without the next one there is no newer one.
    const next = known === undefined ? null : await policies.find((known.version?.number ?? 0) + 1);
    if (known !== undefined && next === null) return known;
    const version = await policies.last();
    const before = this.#active;
    if (before !== undefined && (before.version?.number ?? 0) >= (version?.number ?? 0)) return before;
    this.#active = new ActivePolicies(this.#ports.policyEngine, version);
    this.#replaced?.close();
    this.#replaced = before;
    return this.#active;
  }
}
