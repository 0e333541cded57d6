import type { CheckResult, Verdict } from '../checks/index.ts';

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

/** One or two sentences for the uploader and the reviewer; the report has the rest. */
export function reasonOf(report: Pick<Report, 'verdict' | 'results'>): string | null {
  if (report.verdict === 'passed') return null;
  const blocking = report.results.flatMap((result) =>
    result.findings.filter((finding) => finding.severity === 'blocks'),
  );
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
