import type { ContentCheck, InspectedFile, Inspection, Inspector, Telling } from './inspector.ts';
import { Ledger, type LedgerPart } from './ledger.ts';

/** Bytes that are waited for before a file's type is told. */
const headBytes = 4096;

/** The ledgers of all checks that look at content, filled file by file. */
export class ContentInspection {
  readonly #inspections: readonly Inspection[];
  readonly #ledgers: ReadonlyMap<ContentCheck, Ledger>;

  constructor(inspections: readonly Inspection[]) {
    this.#inspections = inspections;
    this.#ledgers = new Map(inspections.map(({ check }) => [check, new Ledger(check)]));
  }

  /** To be given every byte of the file, in order, then its end. */
  file(path: string, sizeBytes: number): FileInspection {
    const tellings = new Map(
      [...this.#ledgers].map(([check, ledger]) => [check, ledger.enter(path, sizeBytes)]),
    );
    return new FileInspection({ path, sizeBytes }, this.#inspections, tellings);
  }

  parts(): LedgerPart[] {
    return [...this.#ledgers.values()].map((ledger) => ledger.part());
  }
}

interface Running {
  readonly telling: Telling;
  readonly inspector: Inspector;
}

export class FileInspection {
  readonly #file: Omit<InspectedFile, 'head'>;
  readonly #inspections: readonly Inspection[];
  readonly #tellings: ReadonlyMap<ContentCheck, Telling>;
  #head: Buffer = Buffer.alloc(0);
  #running: Running[] | null = null;

  constructor(
    file: Omit<InspectedFile, 'head'>,
    inspections: readonly Inspection[],
    tellings: ReadonlyMap<ContentCheck, Telling>,
  ) {
    this.#file = file;
    this.#inspections = inspections;
    this.#tellings = tellings;
  }

  push(bytes: Uint8Array): void {
    if (this.#running !== null) {
      this.#each((inspector) => inspector.push(bytes));
      return;
    }
    // A copy only of what comes in very small pieces at the beginning.
    const first = this.#head.length === 0 ? bytes : Buffer.concat([this.#head, bytes]);
    if (first.length >= headBytes) this.#begin(first);
    else this.#head = Buffer.from(first);
  }

  end(): void {
    if (this.#running === null) this.#begin(this.#head);
    this.#each((inspector) => inspector.end());
    this.#running = [];
  }

  #begin(first: Uint8Array): void {
    const file = { ...this.#file, head: first.subarray(0, headBytes) };
    this.#running = [];
    for (const { check, begin } of this.#inspections) {
      const telling = this.#tellings.get(check);
      if (telling === undefined) continue;
      const inspector = guarded(telling, () => begin(file, telling));
      if (inspector !== null && inspector !== undefined) this.#running.push({ telling, inspector });
    }
    if (first.length > 0) this.#each((inspector) => inspector.push(first));
  }

  /** An inspector that fails is done with, and has missed the file; the others go on. */
  #each(work: (inspector: Inspector) => void): void {
    this.#running = (this.#running ?? []).filter(({ telling, inspector }) => {
      return guarded(telling, () => {
        work(inspector);
        return true;
      });
    });
  }
}

function guarded<T>(telling: Telling, work: () => T): T | undefined {
  try {
    return work();
  } catch (error) {
    telling.missed(`The inspection failed: ${error instanceof Error ? error.message : String(error)}`);
    return undefined;
  }
}
