import { removeContent } from '../../core/pipeline/index.ts';
import type { JobHandler } from '../job-handler.ts';

export const removeContentJob: JobHandler = {
  kind: 'remove-content',
  leaseMs: 60_000,
  attempts: 20,
  run: (ports, { payload }) =>
    removeContent(ports, { versionId: payload.versionId ?? '', digest: payload.digest ?? null }),
};
