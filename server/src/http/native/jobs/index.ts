import type { Route } from '../../define-route.ts';
import { listDeadJobsRoute } from './list-dead-jobs.ts';
import { retryJobRoute } from './retry-job.ts';

export const jobRoutes: readonly Route[] = [listDeadJobsRoute, retryJobRoute];
