import { releaseVersion } from '../../../core/pipeline/index.ts';
import { defineRoute } from '../../define-route.ts';
import { IdParams } from '../../schemas.ts';
import { presentVersion, Reason, VersionSchema } from '../packages/package-schema.ts';

export const releaseVersionRoute = defineRoute({
  operation: 'quarantine.release',
  method: 'POST',
  path: '/api/quarantine/:id/release',
  description:
    'The reviewer answers for it: the version is published shortly after, the reason on record. Where it takes two reviewers, the first call approves (`review.approval`), and another reviewer’s releases.',
  params: IdParams,
  body: Reason,
  answers: { 202: VersionSchema },
  subject: ({ id = '' }) => ({ versionId: id }),
  handle: async (registry, { caller, params, body }, reply) =>
    reply.code(202).send(presentVersion(await releaseVersion(registry, caller, params.id, body))),
});
