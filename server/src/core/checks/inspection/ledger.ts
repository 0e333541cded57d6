// Which bytes of which files a check has looked at. A check passes only when nothing was missed.
import { FindingList, type FindingsPart } from '../findings.ts';
import type { ContentCheck, Telling } from './inspector.ts';

/** Bytes that were not looked at. Half-open, from the beginning of the file. */
export interface Gap {
  readonly path: string;
  readonly start: number;
  readonly end: number;
  readonly reason: string;
}

/** The ledger of a part of the work, to be joined with those of other parts. */
export interface LedgerPart {
  readonly check: ContentCheck;
  readonly findings: FindingsPart;
  readonly bytesInAll: number;
  readonly bytesMissed: number;
  /** The first of them, as many as are kept. */
  readonly gaps: readonly Gap[];
}

const keptGaps = 100;

export class Ledger {
  readonly check: ContentCheck;
  readonly #findings = new FindingList();
  readonly #gaps: Gap[] = [];
  #bytesInAll = 0;
  #bytesMissed = 0;

  constructor(check: ContentCheck) {
    this.check = check;
  }

  /** Enters a file whose every byte is to be looked at. */
  enter(path: string, sizeBytes: number): Telling {
    this.#bytesInAll += sizeBytes;
    return {
      found: (rule, explanation, offset) =>
        this.#findings.add(rule, explanation, { path, ...(offset !== undefined && { offset }) }),
      missed: (reason, range = { start: 0, end: sizeBytes }) => this.#miss({ path, ...range, reason }),
    };
  }

  absorb(part: LedgerPart): void {
    this.#findings.absorb(part.findings);
    this.#bytesInAll += part.bytesInAll;
    this.#bytesMissed += part.bytesMissed;
    this.#gaps.push(...part.gaps.slice(0, keptGaps - this.#gaps.length));
  }

  part(): LedgerPart {
    return {
      check: this.check,
      findings: this.#findings.part(),
      bytesInAll: this.#bytesInAll,
      bytesMissed: this.#bytesMissed,
      gaps: this.#gaps,
    };
  }

  #miss(gap: Gap): void {
    // An empty file, and a range without bytes, may be missed too: one byte stands for it.
    this.#bytesMissed += Math.max(1, gap.end - gap.start);
    if (this.#gaps.length < keptGaps) this.#gaps.push(gap);
  }
}
