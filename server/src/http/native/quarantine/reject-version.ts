import { rejectVersion } from '../../../core/pipeline/index.ts';
import { defineRoute } from '../../define-route.ts';
import { IdParams } from '../../schemas.ts';
import { presentVersion, Reason, VersionSchema } from '../packages/package-schema.ts';

export const rejectVersionRoute = defineRoute({
  operation: 'quarantine.reject',
  method: 'POST',
  path: '/api/quarantine/:id/reject',
  description: 'For good: its content is removed, its label is free again.',
  params: IdParams,
  body: Reason,
  answers: { 200: VersionSchema },
  subject: ({ id = '' }) => ({ versionId: id }),
  handle: async (registry, { caller, params, body }) =>
    presentVersion(await rejectVersion(registry, caller, params.id, body)),
});
