import { StorageError } from '../../errors.ts';
import type { About } from '../check.ts';
import type { ContentCheck, InspectedFile, Inspection, Inspector, Telling } from './inspector.ts';
import { Ledger, type LedgerPart } from './ledger.ts';
import { TextWatch } from './text-runs.ts';

/** Bytes that are waited for before a file's type is told. */
const headBytes = 4096;

/** The ledgers of all checks that look at content, filled file by file. */
export class ContentInspection {
  readonly #inspections: readonly Inspection[];
  readonly #kind: About['kind'] | undefined;
  readonly #ledgers: ReadonlyMap<ContentCheck, Ledger>;

  /** `kind`: of the package whose files are looked at. */
  constructor(inspections: readonly Inspection[], kind?: About['kind']) {
    this.#inspections = inspections;
    this.#kind = kind;
    this.#ledgers = new Map(inspections.map(({ check }) => [check, new Ledger(check)]));
  }

  /** To be given every byte of the file, in order, then its end. */
  file(path: string, sizeBytes: number): FileInspection {
    const tellings = new Map(
      [...this.#ledgers].map(([check, ledger]) => [check, ledger.enter(path, sizeBytes)]),
    );
    const kind = this.#kind;
    const name = path.slice(path.lastIndexOf('/') + 1);
    const file = { name, sizeBytes, ...(kind !== undefined && { kind }) };
    return new FileInspection(file, this.#inspections, tellings);
  }

  /** The same inspections, with ledgers of their own. */
  apart(): ContentInspection {
    return new ContentInspection(this.#inspections, this.#kind);
  }

  /** Adds what was found elsewhere. */
  absorb(parts: readonly LedgerPart[]): void {
    for (const part of parts) this.#ledgers.get(part.check)?.absorb(part);
  }

  parts(): LedgerPart[] {
    return [...this.#ledgers.values()].map((ledger) => ledger.part());
  }
}

const nothing = Buffer.alloc(0);

interface Running {
  readonly telling: Telling;
  readonly inspector: Inspector;
}

export class FileInspection {
  readonly #file: Omit<InspectedFile, 'head'>;
  readonly #inspections: readonly Inspection[];
  readonly #tellings: ReadonlyMap<ContentCheck, Telling>;
  readonly #text = new TextWatch();
  #head: Buffer = nothing;
  #running: Set<Running> | null = null;
  #storeFailed: StorageError | null = null;

  constructor(
    file: Omit<InspectedFile, 'head'>,
    inspections: readonly Inspection[],
    tellings: ReadonlyMap<ContentCheck, Telling>,
  ) {
    this.#file = file;
    this.#inspections = inspections;
    this.#tellings = tellings;
  }

  /** The next bytes, good until the call returns. A promise, which never rejects: no more should come before it resolves. */
  push(bytes: Uint8Array): Promise<void> | undefined {
    if (this.#running !== null) return this.#hand(bytes);
    // A copy only of what comes in very small pieces at the beginning.
    const first = this.#head.length === 0 ? bytes : Buffer.concat([this.#head, bytes]);
    if (first.length >= Math.min(headBytes, this.#file.sizeBytes)) return this.#begin(first);
    this.#head = Buffer.from(first);
    return undefined;
  }

  /** Resolves when every check is done with the file. Rejects with a `StorageError` when one could not do its work. */
  async end(): Promise<void> {
    if (this.#running === null) await this.#begin(this.#head);
    await this.#each((inspector) => inspector.end());
    this.#running = new Set();
    if (this.#storeFailed !== null) throw this.#storeFailed;
  }

  /** For every check: these bytes were not looked at, because what they hold could not be. */
  missed(reason: string): void {
    for (const telling of this.#tellings.values()) telling.missed(reason);
  }

  #begin(first: Uint8Array): Promise<void> | undefined {
    // A copy: inspectors may look at it later.
    const file = { ...this.#file, head: Uint8Array.from(first.subarray(0, headBytes)) };
    this.#running = new Set();
    for (const { check, begin } of this.#inspections) {
      const telling = this.#tellings.get(check);
      if (telling === undefined) continue;
      try {
        const inspector = begin(file, telling);
        if (inspector !== null) this.#running.add({ telling, inspector });
      } catch (error) {
        this.#note(telling, error);
      }
    }
    return first.length > 0 ? this.#hand(first) : undefined;
  }

  #hand(bytes: Uint8Array): Promise<void> | undefined {
    const textBytes = this.#text.push(bytes);
    return this.#each((inspector) => inspector.push(bytes, textBytes));
  }

  /** An inspector that fails is done with, and has missed the file; the others go on. */
  #each(work: (inspector: Inspector) => void | Promise<void>): Promise<void> | undefined {
    const waiting: Promise<void>[] = [];
    for (const running of this.#running ?? []) {
      const fail = (error: unknown) => {
        this.#running?.delete(running);
        this.#note(running.telling, error);
      };
      try {
        const pause = work(running.inspector);
        if (pause !== undefined) waiting.push(pause.catch(fail));
      } catch (error) {
        fail(error);
      }
    }
    return waiting.length === 0 ? undefined : Promise.all(waiting).then(() => undefined);
  }

  #note(telling: Telling, error: unknown): void {
    if (error instanceof StorageError) this.#storeFailed ??= error;
    else telling.missed(`The inspection failed: ${error instanceof Error ? error.message : String(error)}`);
  }
}
