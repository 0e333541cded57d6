export interface LineSettings {
  /** Calls that run at the same time. */
  readonly places: number;
  /** Calls that may wait for a place. */
  readonly waiting: number;
  /** The longest that one waits. */
  readonly waitMs: number;
}

interface Waiting {
  enter(): void;
}

/** So many calls at a time, so many that wait for a place, first come first served; the others are turned away. */
export class WaitingLine {
  readonly #settings: LineSettings;
  readonly #line = new Set<Waiting>();
  #running = 0;

  constructor(settings: LineSettings) {
    this.#settings = settings;
  }

  get running(): number {
    return this.#running;
  }

  get waiting(): number {
    return this.#line.size;
  }

  get places(): number {
    return this.#settings.places;
  }

  /** True when there is a place, which the caller must `leave`; false when there is none in time. */
  enter(): Promise<boolean> | boolean {
    if (this.#running < this.#settings.places) {
      this.#running += 1;
      return true;
    }
    if (this.#line.size >= this.#settings.waiting) return false;
    const { promise, resolve } = Promise.withResolvers<boolean>();
    const timer = setTimeout(() => {
      this.#line.delete(waiting);
      resolve(false);
    }, this.#settings.waitMs);
    const waiting = {
      enter: () => {
        clearTimeout(timer);
        resolve(true);
      },
    };
    this.#line.add(waiting);
    return promise;
  }

  /** The place goes to whoever waits longest. */
  leave(): void {
    const [next] = this.#line;
    if (next === undefined) {
      this.#running -= 1;
      return;
    }
    this.#line.delete(next);
    next.enter();
  }
}
