// How the calls to one engine went, as whoever guards them has counted.

/** Of those who call an engine: the API, or the worker. Each has places of its own, so neither can starve the other. */
export type CallerSide = 'requests' | 'worker';

export interface EngineStatus {
  /** `records`, `content`, … */
  readonly engine: string;
  /** `open`: not asked at the moment; `half-open`: one call tries whether it answers again. */
  readonly breaker: 'closed' | 'half-open' | 'open';
  /** Since when the breaker has not been closed. */
  readonly awaySince: Date | null;
  /** When an open breaker lets a call try. */
  readonly tryAt: Date | null;
  /** Since the start of the process. */
  readonly calls: {
    /** Whatever the answer was, a refusal too. */
    readonly answered: number;
    /** Without an answer, or with one that says that it cannot answer now. */
    readonly failed: number;
    /** Of those that failed: because they took too long. */
    readonly timedOut: number;
    /** Not made, because the breaker was open. */
    readonly refused: number;
    /** Not made, because there was no place in time. */
    readonly turnedAway: number;
    /** Made again after a failure. */
    readonly retried: number;
    /** Streams that began well and broke off. */
    readonly brokenStreams: number;
  };
  readonly lastFailure: { readonly at: Date; readonly message: string } | null;
  readonly lines: Readonly<Record<CallerSide, LineStatus>>;
}

/** Those who have a place and those who wait for one. */
export interface LineStatus {
  readonly running: number;
  readonly waiting: number;
  readonly places: number;
}
