import type { PackageKind } from '../packages/index.ts';
import { type ContentVerdict, isRuleSetFor, type VerdictStore } from '../pipeline/index.ts';

/** What the checks had concluded about content at some moment. */
export interface VerdictFacts {
  /** Of all checks together; null: never more than inconclusive. */
  readonly verdict: 'passed' | 'failed' | null;
  /** By which rules; null where the verdict is. */
  readonly ruleSet: string | null;
  /** The checks, by what each of them concluded. */
  readonly passed: readonly string[];
  readonly failed: readonly string[];
  readonly inconclusive: readonly string[];
}

const none: VerdictFacts = { verdict: null, ruleSet: null, passed: [], failed: [], inconclusive: [] };

/** Content is not checked again as often as that. */
const mostLookedAt = 100;

/**
 * The verdict on the content that was in force at the moment, as content of a package of this kind: the newest that is not
 * inconclusive. Where there is none, what was inconclusive about it.
 */
export async function verdictFacts(
  { verdicts }: { readonly verdicts: Pick<VerdictStore, 'list'> },
  digest: string,
  kind: PackageKind,
  at: Date,
): Promise<VerdictFacts> {
  const { items } = await verdicts.list(digest, { limit: mostLookedAt });
  const known = items.filter(
    ({ ruleSet, decidedAt }) => isRuleSetFor(kind, ruleSet) && decidedAt.getTime() <= at.getTime(),
  );
  const found = known.find(({ verdict }) => verdict !== 'inconclusive') ?? known[0];
  return found === undefined ? none : factsOf(found);
}

function factsOf({ verdict, ruleSet, checks }: ContentVerdict): VerdictFacts {
  const that = (concluded: string) =>
    checks.filter((one) => one.verdict === concluded).map(({ check }) => check);
  const completed = verdict === 'inconclusive' ? null : verdict;
  return {
    verdict: completed,
    ruleSet: completed === null ? null : ruleSet,
    passed: that('passed'),
    failed: that('failed'),
    inconclusive: that('inconclusive'),
  };
}
