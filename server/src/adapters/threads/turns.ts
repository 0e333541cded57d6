// Who gets the next free thread. Each line is served in its own order, and the lines turn by turn: a small package
// does not wait until a large one is done, whose many pieces of work came first.

export interface Line {
  /** Starts `work` when its turn has come; resolves as it does. */
  take<T>(work: () => Promise<T>): Promise<T>;
}

export class Turns {
  #free: number;
  /** Lines in which somebody waits, the next one first. */
  readonly #waiting: (() => void)[][] = [];

  constructor(places: number) {
    this.#free = places;
  }

  line(): Line {
    const starts: (() => void)[] = [];
    return {
      take: (work) =>
        new Promise((resolve, reject) => {
          starts.push(() => {
            work()
              .finally(() => {
                this.#free += 1;
                this.#serve();
              })
              .then(resolve, reject);
          });
          if (starts.length === 1) this.#waiting.push(starts);
          this.#serve();
        }),
    };
  }

  #serve(): void {
    while (this.#free > 0) {
      const line = this.#waiting.shift();
      const start = line?.shift();
      if (line === undefined || start === undefined) return;
      if (line.length > 0) this.#waiting.push(line);
      this.#free -= 1;
      start();
    }
  }
}
