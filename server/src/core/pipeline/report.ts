import type { CheckResult, Finding, Verdict } from '../checks/index.ts';

/** What the checks concluded about a version, and what that rests on. */
export interface Report {
  readonly versionId: string;
  readonly digest: string;
  readonly verdict: Verdict;
  readonly results: readonly CheckResult[];
  readonly decidedAt: Date;
}

/** Keeps the report of the version, in place of an earlier one. Never violated. */
export interface ReportPut {
  readonly change: 'report.put';
  readonly report: Report;
}

/**
 * Does anything block now that was not known when the version went out? `seen` is what it went out with: either it
 * passed, or a reviewer has answered for what was found.
 */
export function newlyBlocking(seen: Report | null, results: readonly CheckResult[]): boolean {
  const known = new Set(seen === null ? [] : blockingIn(seen.results).map(placeOf));
  return blockingIn(results).some((finding) => !known.has(placeOf(finding)));
}

/** The same rule in the same file is the same thing, however it is worded. */
function placeOf({ rule, path }: Finding): string {
  return JSON.stringify([rule, path ?? null]);
}

function blockingIn(results: readonly CheckResult[]): Finding[] {
  return results.flatMap(({ findings }) => findings.filter(({ severity }) => severity === 'blocks'));
}

/** One or two sentences for the uploader and the reviewer; the report has the rest. */
export function reasonOf(report: Pick<Report, 'verdict' | 'results'>): string | null {
  if (report.verdict === 'passed') return null;
  const blocking = blockingIn(report.results);
  const [first] = blocking;
  if (first !== undefined) {
    const where = first.path === undefined ? '' : ` (${first.path})`;
    const more = blocking.length > 1 ? ` And ${blocking.length - 1} more findings.` : '';
    return `${first.rule}: ${first.explanation}${where}${more}`.slice(0, 1_000);
  }
  const undecided = report.results.find((result) => result.verdict === 'inconclusive');
  return undecided === undefined
    ? 'No check looked at it.'
    : `The check ${undecided.check} is inconclusive: ${undecided.reason ?? 'no reason given'}`.slice(
        0,
        1_000,
      );
}
