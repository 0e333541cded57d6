// Which bytes of which files a check has looked at. A check passes only when nothing was missed.
import type { Coverage, Gap, Remembered, RememberedContent } from '../check.ts';
import { FindingList, type FindingsPart, printPath } from '../findings.ts';
import type { ContentCheck, Telling } from './inspector.ts';

/** The ledger of a part of the work, to be joined with those of other parts. */
export interface LedgerPart {
  readonly check: ContentCheck;
  readonly findings: FindingsPart;
  readonly bytesInAll: number;
  readonly bytesMissed: number;
  /** The first of them, as many as are kept. */
  readonly gaps: readonly Gap[];
  /** Whose rules it went by, besides the registry's own. */
  readonly rules: readonly string[];
  readonly remembered?: Remembered;
}

const keptGaps = 100;
const keptRemembered = 100;

export class Ledger {
  readonly check: ContentCheck;
  readonly #findings = new FindingList();
  readonly #gaps: Gap[] = [];
  readonly #rules = new Set<string>();
  readonly #remembered: RememberedContent[] = [];
  #bytesRemembered = 0;
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
      by: (rules) => void this.#rules.add(rules),
    };
  }

  absorb(part: LedgerPart): void {
    this.#findings.absorb(part.findings);
    this.#bytesInAll += part.bytesInAll;
    this.#bytesMissed += part.bytesMissed;
    this.#gaps.push(...part.gaps.slice(0, keptGaps - this.#gaps.length));
    for (const rules of part.rules) this.#rules.add(rules);
    const { remembered } = part;
    if (remembered === undefined) return;
    this.#bytesRemembered += remembered.bytes;
    this.#remembered.push(...remembered.files.slice(0, keptRemembered - this.#remembered.length));
  }

  get findings(): FindingList {
    return this.#findings;
  }

  coverage(): Coverage {
    const bytesLookedAt = Math.max(0, this.#bytesInAll - this.#bytesMissed);
    return { bytesLookedAt, bytesInAll: this.#bytesInAll, gaps: this.#gaps, ...this.#whatIsRemembered };
  }

  /** Why it did not look at everything; null when it did. */
  get incomplete(): string | null {
    const [first] = this.#gaps;
    return first === undefined ? null : `${printPath(first.path)}: ${first.reason}`;
  }

  part(): LedgerPart {
    return {
      check: this.check,
      findings: this.#findings.part(),
      bytesInAll: this.#bytesInAll,
      bytesMissed: this.#bytesMissed,
      gaps: this.#gaps,
      rules: this.rules,
      ...this.#whatIsRemembered,
    };
  }

  get #whatIsRemembered(): { readonly remembered?: Remembered } {
    if (this.#bytesRemembered === 0) return {};
    return { remembered: { bytes: this.#bytesRemembered, files: this.#remembered } };
  }

  /** In an order of their own; more than one version of the same when they were changed midway. */
  get rules(): readonly string[] {
    return [...this.#rules].sort();
  }

  #miss(gap: Gap): void {
    // An empty file, and a range without bytes, may be missed too: one byte stands for it.
    this.#bytesMissed += Math.max(1, gap.end - gap.start);
    if (this.#gaps.length < keptGaps) this.#gaps.push(gap);
  }
}
