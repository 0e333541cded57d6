import { cleanUpload } from '../../core/uploads/index.ts';
import type { JobHandler } from '../job-handler.ts';

export const cleanUploadJob: JobHandler = {
  kind: 'clean-upload',
  attempts: 20,
  run: (ports, { payload }) => cleanUpload(ports, payload.uploadId ?? ''),
};
