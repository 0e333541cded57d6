// Time and randomness come in as ports, so that tests decide what time it is and what is drawn.

/** The present moment. */
export interface Clock {
  now(): Date;
}

/** Unpredictable values. */
export interface Randomness {
  /**
   * A new unique id: a UUID of version 7 (RFC 9562), so ids sort by the time of their making, to the
   * millisecond and, within one process, by the order of their making.
   */
  id(): string;
  /** Cryptographically strong bytes. */
  bytes(count: number): Buffer;
}
