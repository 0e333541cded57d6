import { sweepContent } from '../../core/pipeline/index.ts';
import type { JobHandler } from '../job-handler.ts';

export const sweepContentJob: JobHandler = {
  kind: 'sweep-content',
  // It is never dead: all sweeps have one id, so a dead one would stand in the way of every later one.
  attempts: Number.POSITIVE_INFINITY,
  run: async (ports, _job, signal) => {
    await sweepContent(ports, signal);
  },
};
