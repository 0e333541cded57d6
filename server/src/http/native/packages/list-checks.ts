import Type, { type Static } from 'typebox';
import { notFound } from '../../../core/errors.ts';
import type { Version } from '../../../core/packages/index.ts';
import { readVersion } from '../../../core/packages/index.ts';
import {
  coverageStatement,
  isComplete,
  ledgerDigest,
  percentLookedAt,
  type Report,
} from '../../../core/pipeline/index.ts';
import { defineRoute } from '../../define-route.ts';
import { Id, IdParams, Nullable } from '../../schemas.ts';
import { VersionQuery } from './package-schema.ts';
import { Checked, CheckSchema, presentChecked } from './report-schema.ts';

const Ledger = Type.Object({
  ...Checked.properties,
  versionId: Id,
  version: Type.String(),
  digest: Nullable(Type.String()),
  complete: Type.Boolean({ description: 'Whether every check has looked at every byte that it is about.' }),
  ledger: Type.String({ description: 'The digest of all this, as hallmarks state it.' }),
  coverage: Type.String({ description: 'The same in words: `100 % of bytes`, or what is missing.' }),
  checks: Type.Array(
    Type.Object({
      ...CheckSchema.properties,
      complete: Type.Boolean(),
      percentLookedAt: Type.Number({ description: 'Cut to hundredths: 100 only when no byte is missing.' }),
    }),
  ),
});

export const listChecksRoute = defineRoute({
  operation: 'version.list-checks',
  method: 'GET',
  path: '/api/packages/:id/checks',
  description:
    'What each check found in a readable version, by which version of its rules, which bytes it has looked at, and which not.',
  params: IdParams,
  query: Type.Object(VersionQuery),
  answers: { 200: Ledger },
  subject: ({ id = '' }) => ({ packageId: id }),
  handle: async (registry, { caller, params, query }) => {
    const { version } = await readVersion(registry, caller, params.id, query.version);
    const report = await registry.reports.find(version.id);
    if (report === null) throw notFound('report of version', version.label);
    return presentLedger(version, report);
  },
});

function presentLedger(version: Version, report: Report): Static<typeof Ledger> {
  const checked = presentChecked(report);
  return {
    ...checked,
    versionId: version.id,
    version: version.label,
    digest: version.digest,
    complete: report.results.length > 0 && report.results.every(isComplete),
    ledger: ledgerDigest(report.results),
    coverage: coverageStatement(report),
    checks: checked.checks.map((check, i) => {
      const result = report.results[i];
      return {
        ...check,
        complete: result !== undefined && isComplete(result),
        percentLookedAt: percentLookedAt(check),
      };
    }),
  };
}
