import { fillInHallmarks } from '../../core/pipeline/index.ts';
import type { JobHandler } from '../job-handler.ts';

export const fillInHallmarksJob: JobHandler = {
  kind: 'fill-in-hallmarks',
  // It is never dead: a dead one would stand in the way of every later one.
  attempts: Number.POSITIVE_INFINITY,
  run: (ports, _job, signal) => fillInHallmarks(ports, signal),
};
