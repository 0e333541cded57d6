import { sweepVerdicts } from '../../core/pipeline/index.ts';
import type { JobHandler } from '../job-handler.ts';

export const sweepVerdictsJob: JobHandler = {
  kind: 'sweep-verdicts',
  // It is never dead: a dead one would stand in the way of every later one.
  attempts: Number.POSITIVE_INFINITY,
  run: (ports, { payload }, signal) => sweepVerdicts(ports, payload, signal),
};
