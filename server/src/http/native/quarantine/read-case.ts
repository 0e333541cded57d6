import { readCase } from '../../../core/pipeline/index.ts';
import { defineRoute } from '../../define-route.ts';
import { IdParams } from '../../schemas.ts';
import { CaseSchema, presentCase } from './case-schema.ts';

export const readCaseRoute = defineRoute({
  operation: 'quarantine.read',
  method: 'GET',
  path: '/api/quarantine/:id',
  description: 'By the id of the version: all that the checks found.',
  params: IdParams,
  answers: { 200: CaseSchema },
  subject: ({ id = '' }) => ({ versionId: id }),
  handle: async (registry, { params }) => presentCase(await readCase(registry, params.id)),
});
