import {
  BrokenCircuitError,
  type CircuitBreakerPolicy,
  CircuitState,
  ConsecutiveBreaker,
  circuitBreaker,
  DelegateBackoff,
  handleWhen,
} from 'cockatiel';
import { isTransient } from '../../core/errors.ts';
import type { EngineStatus } from '../../core/health/index.ts';
import { engineAway } from './engine-away.ts';

export interface BreakerSettings {
  /** It opens after so many failures in a row. */
  readonly failures: number;
  /** How long it stays open at first; twice as long after each try that failed. */
  readonly pauseMs: number;
  readonly longestPauseMs: number;
}

type Settled<T> = { readonly value: T } | { readonly refusal: unknown };

const states: Readonly<Record<CircuitState, EngineStatus['breaker']>> = {
  [CircuitState.Closed]: 'closed',
  [CircuitState.HalfOpen]: 'half-open',
  [CircuitState.Open]: 'open',
  [CircuitState.Isolated]: 'open',
};

/**
 * Stops asking an engine that does not answer, and lets one call at a time try whether it does again. What an engine
 * answers, also that something is not there or contradicts what is stored, shows that it is well.
 */
export class Breaker {
  readonly #engine: string;
  readonly #settings: BreakerSettings;
  readonly #policy: CircuitBreakerPolicy;
  #awaySince: Date | null = null;
  #tryAt: Date | null = null;

  constructor(engine: string, settings: BreakerSettings) {
    this.#engine = engine;
    this.#settings = settings;
    this.#policy = circuitBreaker(handleWhen(isAway), {
      breaker: new ConsecutiveBreaker(settings.failures),
      halfOpenAfter: new DelegateBackoff(({ attempt }) => this.#pause(attempt)),
    });
    this.#policy.onReset(() => {
      this.#awaySince = null;
      this.#tryAt = null;
    });
  }

  get state(): EngineStatus['breaker'] {
    return states[this.#policy.state];
  }

  get awaySince(): Date | null {
    return this.#awaySince;
  }

  get tryAt(): Date | null {
    return this.#tryAt;
  }

  /** The refusal that a call would meet now; null when it may be made. */
  refusal(): Error | null {
    const { state } = this;
    if (state === 'closed') return null;
    // One call at a time tries; of those that come meanwhile none waits for it.
    return state === 'open' && this.#waitMs() <= 0 ? null : this.#away();
  }

  /** Makes the call, unless the engine is known to be away. */
  async protect<T>(work: () => Promise<T>): Promise<T> {
    // Looked at here and not left to the policy, which would have others wait for the one that tries.
    const refusal = this.refusal();
    if (refusal !== null) throw refusal;
    const settled = await this.#policy
      .execute(() => settle(work))
      .catch((error: unknown) => {
        // The policy reads the clock a moment later than `refusal` did.
        throw error instanceof BrokenCircuitError ? this.#away() : error;
      });
    if ('refusal' in settled) throw settled.refusal;
    return settled.value;
  }

  #waitMs(): number {
    return (this.#tryAt?.getTime() ?? 0) - Date.now();
  }

  #away(): Error {
    const since = this.#awaySince?.toISOString() ?? 'just now';
    return engineAway(`${this.#engine}: no answer since ${since}`, Math.max(1, this.#waitMs() / 1000));
  }

  #pause(attempt: number): number {
    const { pauseMs, longestPauseMs } = this.#settings;
    const pause = Math.min(pauseMs * 2 ** (attempt - 1), longestPauseMs);
    this.#awaySince ??= new Date();
    this.#tryAt = new Date(Date.now() + pause);
    return pause;
  }
}

/** An engine that says why it does not do it now is not away. */
function isAway(error: unknown): boolean {
  return isTransient(error) && error.transience !== 'busy' && error.transience !== 'contended';
}

/** The policy leaves errors that are none of its own uncounted; here they count as answers. */
async function settle<T>(work: () => Promise<T>): Promise<Settled<T>> {
  try {
    return { value: await work() };
  } catch (error) {
    if (isAway(error)) throw error;
    return { refusal: error };
  }
}
