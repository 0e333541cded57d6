/** The most that is saved up: a burst of retries after a quiet time is no larger. */
const savedAtMost = 10;

/**
 * Retries are paid for by calls: each call saves `share` of a retry. So whatever fails, the engine is asked at most
 * `1 + share` times as often as without retries, and one that is overloaded is not pushed further down.
 */
export class RetryBudget {
  readonly #share: number;
  #saved = savedAtMost;

  constructor(share: number) {
    this.#share = share;
  }

  save(): void {
    this.#saved = Math.min(savedAtMost, this.#saved + this.#share);
  }

  /** False when nothing is left. */
  spend(): boolean {
    if (this.#saved < 1) return false;
    this.#saved -= 1;
    return true;
  }
}
