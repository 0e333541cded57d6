// What stands between the registry and an engine on another machine, so that an engine that is slow or away costs
// neither everybody's time nor what others are for:
//
//   call ─► breaker closed? ─► a place in its line ─► engine, in time ─► answer
//              │ no                │ none in time        │ transient failure of what may be repeated
//              ▼                   ▼                     ▼
//         refused at once     turned away           waits a little, and again, as far as the budget goes
//
// One guard per engine. The API and the worker have a line each. Embedded engines need none of it and have none.
import { setTimeout as wait } from 'node:timers/promises';
import { isTransient, StorageError } from '../../core/errors.ts';
import type { CallerSide, EngineStatus } from '../../core/health/index.ts';
import { Breaker, type BreakerSettings } from './breaker.ts';
import type { Call, Limit } from './call.ts';
import { engineAway } from './engine-away.ts';
import { RetryBudget } from './retry-budget.ts';
import { type LineSettings, WaitingLine } from './waiting-line.ts';

export interface GuardSettings {
  /** A call is answered, well or not, within so many milliseconds of its start, its repetitions included. */
  readonly limitsMs: Readonly<Record<Limit, number>>;
  readonly lines: Readonly<Record<CallerSide, LineSettings>>;
  readonly breaker: BreakerSettings;
  readonly retries: {
    /** How often a call is repeated at most. */
    readonly most: number;
    /** Before the first one a random time up to this, before the next up to twice as much, and so on. */
    readonly delayMs: number;
    /** How many repetitions there may be for each call, in the long run. */
    readonly share: number;
  };
}

type Counts = { -readonly [K in keyof EngineStatus['calls']]: number };

/** What the two sides of a guard share. */
class Shared {
  readonly engine: string;
  readonly settings: GuardSettings;
  readonly breaker: Breaker;
  readonly budget: RetryBudget;
  readonly counts: Counts = {
    answered: 0,
    failed: 0,
    timedOut: 0,
    refused: 0,
    turnedAway: 0,
    retried: 0,
    brokenStreams: 0,
  };
  lastFailure: EngineStatus['lastFailure'] = null;

  constructor(engine: string, settings: GuardSettings) {
    this.engine = engine;
    this.settings = settings;
    this.breaker = new Breaker(engine, settings.breaker);
    this.budget = new RetryBudget(settings.retries.share);
  }

  failed(error: Error): void {
    this.counts.failed += 1;
    this.lastFailure = { at: new Date(), message: error.message };
  }
}

export class EngineGuard {
  readonly #shared: Shared;
  readonly requests: GuardedSide;
  readonly worker: GuardedSide;

  /** `engine` is what the engine is called in messages and metrics. */
  constructor(engine: string, settings: GuardSettings) {
    this.#shared = new Shared(engine, settings);
    this.requests = new GuardedSide(this.#shared, settings.lines.requests);
    this.worker = new GuardedSide(this.#shared, settings.lines.worker);
  }

  status(): EngineStatus {
    const { engine, breaker, counts, lastFailure } = this.#shared;
    const { state, awaySince, tryAt } = breaker;
    const lines = { requests: this.requests.line(), worker: this.worker.line() };
    return { engine, breaker: state, awaySince, tryAt, calls: { ...counts }, lastFailure, lines };
  }
}

/** The calls of one side to the engine. */
export class GuardedSide {
  readonly #shared: Shared;
  readonly #line: WaitingLine;

  constructor(shared: Shared, line: LineSettings) {
    this.#shared = shared;
    this.#line = new WaitingLine(line);
  }

  line() {
    const { running, waiting, places } = this.#line;
    return { running, waiting, places };
  }

  /**
   * Makes the call. Rejects with a transient `StorageError` when the engine does not answer in time, is known to be
   * away, or has no place for the call; with whatever `work` rejects with otherwise.
   *
   * `discard` gets what comes too late for the caller, and must be let go of.
   */
  async run<T>(call: Call, work: () => Promise<T>, discard?: (late: T) => void): Promise<T> {
    const { settings, budget, counts } = this.#shared;
    budget.save();
    const deadline = new Deadline(settings.limitsMs[call.limit]);
    for (let repetition = 0; ; repetition++) {
      try {
        return await this.#attempt(call, work, deadline, discard);
      } catch (error) {
        const delayMs = Math.random() * settings.retries.delayMs * 2 ** repetition;
        if (!this.#mayRepeat(call, error, repetition, deadline, delayMs)) throw error;
        counts.retried += 1;
        await wait(delayMs);
      }
    }
  }

  /** Each step of an iteration is a call; none is repeated. */
  async *each<T>(begin: () => AsyncIterable<T>): AsyncIterable<T> {
    const steps = begin()[Symbol.asyncIterator]();
    let isWell = true;
    try {
      while (true) {
        isWell = false;
        const step = await this.run({ limit: 'list', repeatable: false }, () => steps.next());
        isWell = true;
        if (step.done === true) return;
        yield step.value;
      }
    } finally {
      // One that does not answer would not answer this, either.
      if (isWell) await steps.return?.();
    }
  }

  /** A stream that had begun well broke off. */
  streamBroke(error: Error): void {
    const { counts } = this.#shared;
    counts.brokenStreams += 1;
    this.#shared.lastFailure = { at: new Date(), message: error.message };
  }

  async #attempt<T>(
    call: Call,
    work: () => Promise<T>,
    deadline: Deadline,
    discard?: (late: T) => void,
  ): Promise<T> {
    this.#refuseWhileAway();
    // What may take minutes by its nature, or merely waits, would keep others from their places.
    const takesPlace = call.limit !== 'bulk' && call.limit !== 'poll';
    if (takesPlace) {
      const entered = this.#line.enter();
      if (entered !== true && !(await entered)) throw this.#turnAway();
    }
    try {
      this.#refuseWhileAway();
      if (deadline.leftMs() <= 0) throw this.#turnAway();
      return await this.#shared.breaker.protect(() => this.#inTime(work, deadline, discard));
    } finally {
      if (takesPlace) this.#line.leave();
    }
  }

  #refuseWhileAway(): void {
    const refusal = this.#shared.breaker.refusal();
    if (refusal === null) return;
    this.#shared.counts.refused += 1;
    throw refusal;
  }

  #turnAway(): StorageError {
    const { counts, engine } = this.#shared;
    counts.turnedAway += 1;
    return engineAway(`${engine}: all ${this.#line.places} places are taken, and others wait already`, 1);
  }

  async #inTime<T>(work: () => Promise<T>, deadline: Deadline, discard?: (late: T) => void): Promise<T> {
    const { counts, engine } = this.#shared;
    try {
      const answer = await deadline.limit(work(), engine, discard);
      counts.answered += 1;
      return answer;
    } catch (error) {
      if (!isTransient(error)) counts.answered += 1;
      else {
        if (error instanceof TimedOut) counts.timedOut += 1;
        this.#shared.failed(error);
      }
      throw error;
    }
  }

  #mayRepeat(call: Call, error: unknown, repetition: number, deadline: Deadline, delayMs: number): boolean {
    const { settings, breaker, budget } = this.#shared;
    // A timer may fire a moment before its time: what is left then is too little for anything.
    if (!isTransient(error) || error instanceof TimedOut) return false;
    // Known to have changed nothing, even a write may be repeated.
    if (!call.repeatable && error.transience === 'unanswered') return false;
    if (error.retryAfterSeconds !== undefined) return false;
    return (
      repetition < settings.retries.most &&
      deadline.leftMs() > delayMs &&
      breaker.state === 'closed' &&
      budget.spend()
    );
  }
}

class TimedOut extends StorageError {}

class Deadline {
  readonly #limitMs: number;
  #startedAt: number | undefined;

  constructor(limitMs: number) {
    this.#limitMs = limitMs;
  }

  /** Of the limit, counted from the first call of `limit`: waiting for a place has a limit of its own. */
  leftMs(): number {
    if (this.#startedAt === undefined) return this.#limitMs;
    return this.#limitMs - (performance.now() - this.#startedAt);
  }

  async limit<T>(answer: Promise<T>, engine: string, discard?: (late: T) => void): Promise<T> {
    this.#startedAt ??= performance.now();
    const late = Promise.withResolvers<never>();
    let isLate = false;
    const timer = setTimeout(
      () => {
        isLate = true;
        late.reject(new TimedOut('transient', `${engine}: it did not answer within ${this.#limitMs} ms`));
      },
      Math.max(0, this.leftMs()),
    );
    if (discard !== undefined) {
      answer.then(
        (value) => isLate && discard(value),
        () => {},
      );
    }
    try {
      return await Promise.race([answer, late.promise]);
    } finally {
      clearTimeout(timer);
    }
  }
}
