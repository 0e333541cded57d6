// What DynamoDB charges for: counted from what every answer states.

/** Request units, as DynamoDB bills them: a write of up to 1 KiB, a strongly consistent read of up to 4 KiB. */
export interface RequestUnits {
  readonly reads: number;
  readonly writes: number;
}

interface StatedCapacity {
  readonly CapacityUnits?: number | undefined;
  readonly ReadCapacityUnits?: number | undefined;
  readonly WriteCapacityUnits?: number | undefined;
}

/** The operations that change nothing. */
export const readingCommands: ReadonlySet<string> = new Set(['Get', 'BatchGet', 'Query', 'Scan']);

/** Adds up the request units since it was made. */
export class CapacityMeter {
  #reads = 0;
  #writes = 0;

  /** `command` is the name of the operation without `Command`; `stated` the `ConsumedCapacity` of its answer. */
  note(command: string, stated: StatedCapacity | readonly StatedCapacity[] | undefined): void {
    for (const one of stated === undefined ? [] : [stated].flat()) {
      const units = one.CapacityUnits ?? (one.ReadCapacityUnits ?? 0) + (one.WriteCapacityUnits ?? 0);
      if (readingCommands.has(command)) this.#reads += units;
      else this.#writes += units;
    }
  }

  get units(): RequestUnits {
    return { reads: this.#reads, writes: this.#writes };
  }
}
