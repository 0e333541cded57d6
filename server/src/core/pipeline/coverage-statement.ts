import type { CheckResult, Coverage } from '../checks/index.ts';
import type { Report } from './report.ts';

/** In words, for people: `100 % of bytes`, or what is missing and where. */
export function coverageStatement({ results }: Pick<Report, 'results'>): string {
  const missing = results.filter((result) => !isComplete(result));
  if (results.length > 0 && missing.length === 0) return '100 % of bytes, by every check.';
  return missing.length === 0 ? 'No check looked at it.' : missing.map(missedBy).join(' ');
}

/** Did the check look at every byte that it is about? */
export function isComplete({ coverage, verdict }: Pick<CheckResult, 'coverage' | 'verdict'>): boolean {
  return verdict !== 'inconclusive' && coverage.bytesLookedAt === coverage.bytesInAll;
}

/** Percent of the bytes, cut (not rounded) to hundredths: 100 only when none is missing. */
export function percentLookedAt({ bytesLookedAt, bytesInAll }: Coverage): number {
  if (bytesLookedAt >= bytesInAll) return 100;
  return Math.min(99.99, Math.floor((bytesLookedAt / bytesInAll) * 10_000) / 100);
}

function missedBy({ check, coverage, reason }: CheckResult): string {
  const { bytesLookedAt, bytesInAll } = coverage;
  const [gap] = coverage.gaps ?? [];
  const why = reason ?? (gap === undefined ? 'it stopped at what it found.' : `${gap.path}: ${gap.reason}`);
  return `${check}: ${percentLookedAt(coverage)} % of bytes (${bytesLookedAt} of ${bytesInAll}); ${why}`;
}
