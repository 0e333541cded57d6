import { removeContent } from '../../core/pipeline/index.ts';
import type { JobHandler } from '../job-handler.ts';

export const removeContentJob: JobHandler = {
  kind: 'remove-content',
  attempts: 20,
  run: (ports, { payload }) =>
    removeContent(ports, { versionId: payload.versionId ?? null, digest: payload.digest ?? null }),
};
