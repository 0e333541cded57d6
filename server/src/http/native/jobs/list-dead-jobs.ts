import Type from 'typebox';
import { defineRoute } from '../../define-route.ts';
import { PageOf, PageQuery, presentPage } from '../../schemas.ts';
import { DeadJobSchema, presentDeadJob } from './job-schema.ts';

export const listDeadJobsRoute = defineRoute({
  operation: 'job.list-dead',
  method: 'GET',
  path: '/api/jobs/dead',
  description: 'Jobs that failed too often, the latest first, each with what its last attempt failed with.',
  query: Type.Object(PageQuery),
  answers: { 200: PageOf(DeadJobSchema) },
  handle: async (registry, { query }) => presentPage(await registry.jobs.listDead(query), presentDeadJob),
});
