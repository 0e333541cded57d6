// Scripts that run at the same time, and those that wait for it. Turns go round among those for whom scripts run, so that who
// asks for many keeps nobody else waiting behind all of them.

/** Ends the waiting: with a turn, or turned away. */
type End = (isTurn: boolean) => void;

export class Turns {
  readonly #places: number;
  readonly #maximumWaiting: number;
  /** For whom how many wait, in the order in which they are next. Nobody's line is empty. */
  readonly #lines = new Map<string, End[]>();
  #running = 0;

  constructor(places: number, maximumWaiting: number) {
    this.#places = places;
    this.#maximumWaiting = maximumWaiting;
  }

  get running(): number {
    return this.#running;
  }

  get waiting(): number {
    return [...this.#lines.values()].reduce((sum, line) => sum + line.length, 0);
  }

  /**
   * Resolves with true when it is one's turn, which `leave` ends; with false when too many wait or `signal` is aborted. Where
   * no more may wait, one still may instead of the last of the longest line, if one's own is shorter even so.
   */
  async enter(whose = '', signal?: AbortSignal): Promise<boolean> {
    if (signal?.aborted) return false;
    if (this.#running < this.#places) {
      this.#running++;
      return true;
    }
    if (this.waiting >= this.#maximumWaiting && !this.#turnAwayFor(whose)) return false;
    return await new Promise((resolve) => {
      const end = (isTurn: boolean) => {
        signal?.removeEventListener('abort', aborted);
        this.#leaveLine(whose, end);
        resolve(isTurn);
      };
      const aborted = () => end(false);
      signal?.addEventListener('abort', aborted, { once: true });
      this.#lines.set(whose, [...(this.#lines.get(whose) ?? []), end]);
    });
  }

  leave(): void {
    const [next] = this.#lines;
    if (next === undefined) {
      this.#running--;
      return;
    }
    const [whose, [first]] = next;
    first?.(true);
    // Behind the others.
    const rest = this.#lines.get(whose);
    if (rest !== undefined && this.#lines.delete(whose)) this.#lines.set(whose, rest);
  }

  #leaveLine(whose: string, end: End): void {
    const rest = (this.#lines.get(whose) ?? []).filter((other) => other !== end);
    if (rest.length > 0) this.#lines.set(whose, rest);
    else this.#lines.delete(whose);
  }

  #turnAwayFor(whose: string): boolean {
    const longest = [...this.#lines.values()].reduce(
      (one, other) => (other.length > one.length ? other : one),
      [],
    );
    const isFair = longest.length > (this.#lines.get(whose)?.length ?? 0) + 1;
    if (isFair) longest.at(-1)?.(false);
    return isFair;
  }
}
