// Findings as they are gathered: bounded, so that an archive made of 200,000 offences cannot fill memory.
import type { Finding } from './check.ts';
import { type RuleId, rules } from './rules.ts';

/** Findings kept of one rule; the others are counted. */
const keptPerRule = 20;
const shownCharacters = 300;

/** Findings of a part of the work, to be joined with those of other parts. */
export interface FindingsPart {
  readonly kept: readonly Finding[];
  /** How often each rule was broken, kept or not. */
  readonly counts: Readonly<Record<string, number>>;
}

export class FindingList {
  readonly #kept = new Map<string, Finding[]>();
  readonly #counts = new Map<string, number>();

  add(rule: RuleId, explanation: string, where: { path?: string; offset?: number } = {}): void {
    const { severity } = rules[rule];
    const { path, offset } = where;
    this.#note(rule, 1, [
      {
        rule,
        severity,
        ...(path !== undefined && { path: printPath(path) }),
        ...(offset !== undefined && { offset }),
        explanation,
      },
    ]);
  }

  absorb(part: FindingsPart): void {
    for (const [rule, count] of Object.entries(part.counts)) {
      this.#note(
        rule,
        count,
        part.kept.filter((finding) => finding.rule === rule),
      );
    }
  }

  has(rule: RuleId): boolean {
    return this.#counts.has(rule);
  }

  part(): FindingsPart {
    return { kept: [...this.#kept.values()].flat(), counts: Object.fromEntries(this.#counts) };
  }

  /** For people: the last one of a rule that was broken too often says how many more there are. */
  list(): Finding[] {
    return [...this.#kept].flatMap(([rule, findings]) => {
      const more = (this.#counts.get(rule) ?? 0) - findings.length;
      const last = findings.at(-1);
      if (more === 0 || last === undefined) return findings;
      return [
        ...findings.slice(0, -1),
        { ...last, explanation: `${last.explanation} (And ${more} more like this.)` },
      ];
    });
  }

  #note(rule: string, count: number, findings: readonly Finding[]): void {
    this.#counts.set(rule, (this.#counts.get(rule) ?? 0) + count);
    const kept = this.#kept.get(rule) ?? [];
    kept.push(...findings.slice(0, keptPerRule - kept.length));
    this.#kept.set(rule, kept);
  }
}

/** A name out of an archive, harmless to show: invisible and control characters escaped, cut when long. */
export function printPath(path: string): string {
  const cut = path.length > shownCharacters ? `${path.slice(0, shownCharacters)}…` : path;
  return cut.replace(
    /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu,
    (character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`,
  );
}
