import { recheckContent } from '../../core/pipeline/index.ts';
import type { JobHandler } from '../job-handler.ts';

export const recheckContentJob: JobHandler = {
  kind: 'recheck-content',
  attempts: 5,
  run: (ports, { payload: { digest = '', since } }, signal) =>
    recheckContent(ports, { digest, since: since === undefined ? null : new Date(since) }, signal),
};
