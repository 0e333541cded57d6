import { sweepContent } from '../../core/pipeline/index.ts';
import type { JobHandler } from '../job-handler.ts';

export const sweepContentJob: JobHandler = {
  kind: 'sweep-content',
  attempts: 3,
  run: async (ports, _job, signal) => {
    await sweepContent(ports, signal);
  },
};
