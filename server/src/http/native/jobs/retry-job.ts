import Type from 'typebox';
import { retryJob } from '../../../core/jobs/index.ts';
import { defineRoute } from '../../define-route.ts';
import { JobId } from './job-schema.ts';

export const retryJobRoute = defineRoute({
  operation: 'job.retry',
  method: 'POST',
  path: '/api/jobs/:id/retry',
  description: 'Runs a dead job again from its first attempt.',
  params: Type.Object({ id: JobId }),
  answers: { 202: Type.Object({ id: JobId }) },
  subject: ({ id = '' }) => ({ kind: 'job', id }),
  handle: async (registry, { caller, params }, reply) => {
    await retryJob(registry, caller, params.id);
    return reply.code(202).send({ id: params.id });
  },
});
