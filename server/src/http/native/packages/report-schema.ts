import Type, { type Static } from 'typebox';
import type { Report } from '../../../core/pipeline/index.ts';
import { Nullable, Timestamp } from '../../schemas.ts';

export const Verdict = Type.Enum(['passed', 'failed', 'inconclusive']);

const Finding = Type.Object({
  rule: Type.String(),
  severity: Type.Enum(['blocks', 'warns', 'informs']),
  path: Type.Optional(Type.String()),
  offset: Type.Optional(Type.Integer()),
  explanation: Type.String(),
});

const Gap = Type.Object({
  path: Type.String(),
  start: Type.Integer(),
  end: Type.Integer(),
  reason: Type.String(),
});

const Remembered = Type.Object(
  {
    bytes: Type.Integer({ description: 'Of those that were looked at.' }),
    files: Type.Array(Type.Object({ path: Type.String(), digest: Type.String(), lookedAt: Timestamp }), {
      description: 'The first 100, with the SHA-256 of their content and when they were looked at.',
    }),
  },
  {
    description:
      'What was not looked at again, because the same bytes were looked at before by the same rules.',
  },
);

export const CheckSchema = Type.Object({
  check: Type.String(),
  rules: Type.String({ description: 'The version of its rules.' }),
  verdict: Verdict,
  reason: Nullable(Type.String({ description: 'Why it is inconclusive.' })),
  findings: Type.Array(Finding),
  bytesLookedAt: Type.Integer(),
  bytesInAll: Type.Integer(),
  gaps: Type.Array(Gap, { description: 'What was not looked at, and why; the first 100.' }),
  remembered: Type.Optional(Remembered),
  durationMs: Type.Number(),
});

/** What the checks concluded about a version. */
export const Checked = Type.Object({
  verdict: Verdict,
  decidedAt: Timestamp,
  checks: Type.Array(CheckSchema),
});

export function presentChecked(report: Report): Static<typeof Checked> {
  return {
    verdict: report.verdict,
    decidedAt: report.decidedAt.toISOString(),
    checks: report.results.map(({ coverage, findings, ...result }) => ({
      ...result,
      bytesLookedAt: coverage.bytesLookedAt,
      bytesInAll: coverage.bytesInAll,
      gaps: [...(coverage.gaps ?? [])],
      ...(coverage.remembered !== undefined && {
        remembered: { bytes: coverage.remembered.bytes, files: [...coverage.remembered.files] },
      }),
      findings: [...findings],
    })),
  };
}
