import Type, { type Static } from 'typebox';
import { type ListedVerdict, listVerdicts } from '../../../core/pipeline/index.ts';
import { defineRoute } from '../../define-route.ts';
import { IdParams, PageOf, PageQuery, presentPage, Timestamp } from '../../schemas.ts';
import { VersionQuery } from './package-schema.ts';
import { Verdict } from './report-schema.ts';

const VerdictSchema = Type.Object({
  verdict: Verdict,
  ruleSet: Type.String({ description: 'The versions of all rules and signatures that it was made by.' }),
  decidedAt: Timestamp,
  inForce: Type.Boolean({ description: 'It counts: the newest that is not inconclusive.' }),
  digest: Type.String(),
  checks: Type.Array(
    Type.Object({
      check: Type.String(),
      rules: Type.String(),
      verdict: Verdict,
      findings: Type.Object({ blocks: Type.Integer(), warns: Type.Integer(), informs: Type.Integer() }),
      bytesLookedAt: Type.Integer(),
      bytesInAll: Type.Integer(),
    }),
  ),
});

export const listVerdictsRoute = defineRoute({
  operation: 'version.list-verdicts',
  method: 'GET',
  path: '/api/packages/:id/verdicts',
  description:
    'Every verdict on the content of a readable version, newest first: content is judged again when the rules change.',
  params: IdParams,
  query: Type.Object({ ...PageQuery, ...VersionQuery }),
  answers: { 200: PageOf(VerdictSchema) },
  subject: ({ id = '' }) => ({ packageId: id }),
  handle: async (registry, { caller, params, query }) => {
    const asked = { ...query, packageId: params.id, label: query.version };
    return presentPage(await listVerdicts(registry, caller, asked), presentVerdict);
  },
});

function presentVerdict(listed: ListedVerdict): Static<typeof VerdictSchema> {
  const { verdict, ruleSet, decidedAt, inForce, digest, checks } = listed;
  return {
    verdict,
    ruleSet,
    decidedAt: decidedAt.toISOString(),
    inForce,
    digest,
    checks: checks.map((check) => ({ ...check, findings: { ...check.findings } })),
  };
}
