import { createHash } from 'node:crypto';
import type { CheckResult } from '../checks/index.ts';

/**
 * SHA-256 of everything that the checks have found and looked at, as the JSON of a list with these fields in this order,
 * which is how the API shows them. How long it took is left out.
 */
export function ledgerDigest(results: readonly CheckResult[]): string {
  const ledger = results.map(({ check, rules, verdict, reason, findings, coverage }) => ({
    check,
    rules,
    verdict,
    reason,
    findings: findings.map(({ rule, severity, path, offset, explanation }) => ({
      rule,
      severity,
      path,
      offset,
      explanation,
    })),
    bytesLookedAt: coverage.bytesLookedAt,
    bytesInAll: coverage.bytesInAll,
    gaps: (coverage.gaps ?? []).map(({ path, start, end, reason }) => ({ path, start, end, reason })),
  }));
  return createHash('sha256').update(JSON.stringify(ledger)).digest('hex');
}
