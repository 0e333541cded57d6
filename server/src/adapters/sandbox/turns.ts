// Scripts that run at the same time, and those that wait for it.

export class Turns {
  readonly #places: number;
  readonly #maximumWaiting: number;
  readonly #line: (() => void)[] = [];
  #running = 0;

  constructor(places: number, maximumWaiting: number) {
    this.#places = places;
    this.#maximumWaiting = maximumWaiting;
  }

  get running(): number {
    return this.#running;
  }

  get waiting(): number {
    return this.#line.length;
  }

  /** Resolves with true when it is one's turn, which `leave` ends; with false when too many wait or `signal` is aborted. */
  async enter(signal?: AbortSignal): Promise<boolean> {
    if (signal?.aborted) return false;
    if (this.#running < this.#places) {
      this.#running++;
      return true;
    }
    if (this.#line.length >= this.#maximumWaiting) return false;
    return await new Promise((resolve) => {
      const called = () => {
        signal?.removeEventListener('abort', aborted);
        resolve(true);
      };
      const aborted = () => {
        this.#line.splice(this.#line.indexOf(called), 1);
        resolve(false);
      };
      signal?.addEventListener('abort', aborted, { once: true });
      this.#line.push(called);
    });
  }

  /** The place goes to who has waited longest. */
  leave(): void {
    const next = this.#line.shift();
    if (next === undefined) this.#running--;
    else next();
  }
}
