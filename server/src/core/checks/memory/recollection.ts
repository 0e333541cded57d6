import type { About } from '../check.ts';
import type { Level } from '../nested/level.ts';
import {
  fitsIntoMemory,
  hintOf,
  isWorthRemembering,
  type LearntFile,
  type RememberedFile,
} from './remembered-file.ts';

type Stated = Parameters<typeof hintOf>[1];

/** What a check thread remembers of some files of a package, and what it learns about others. */
export class Recollection {
  readonly #kind: About['kind'];
  readonly #engines: string;
  readonly #known: ReadonlyMap<string, RememberedFile>;
  readonly #learnt: LearntFile[] = [];

  /** `engines`: those whose rules everything is remembered by; `known`: by these rules. */
  constructor(kind: About['kind'], engines: readonly string[], known: readonly RememberedFile[]) {
    this.#kind = kind;
    this.#engines = JSON.stringify([...engines].sort());
    this.#known = new Map(known.map((file) => [file.hint, file]));
  }

  /** What may be the same file. */
  candidate(file: Stated): RememberedFile | null {
    return isWorthRemembering(file) ? (this.#known.get(hintOf(this.#kind, file)) ?? null) : null;
  }

  isWorth(file: Stated): boolean {
    return isWorthRemembering(file);
  }

  get learnt(): readonly LearntFile[] {
    return this.#learnt;
  }

  /** `level`: where the file was by itself. What is not complete, or by other rules than those at the start, is forgotten. */
  learn(file: Stated, digest: string, level: Level): void {
    const { inspection, budget } = level.search;
    const ledgers = inspection.parts();
    const isComplete = ledgers.length > 0 && ledgers.every(({ bytesMissed }) => bytesMissed === 0);
    const malware = ledgers.find(({ check }) => check === 'malware');
    const engines = JSON.stringify([...(malware?.rules ?? [])].sort());
    if (!isComplete || engines !== this.#engines) return;
    const { bytes, entries } = budget.taken;
    const found = { ledgers, findings: level.findings.part(), expandedBytes: bytes, entries };
    if (fitsIntoMemory(found)) this.#learnt.push({ hint: hintOf(this.#kind, file), digest, found });
  }
}
