import { completeUpload } from '../../../core/uploads/index.ts';
import { defineRoute } from '../../define-route.ts';
import { IdParams } from '../../schemas.ts';
import { presentUpload, UploadSchema } from './upload-schema.ts';

export const completeUploadRoute = defineRoute({
  operation: 'upload.complete',
  method: 'POST',
  path: '/api/uploads/:id/complete',
  description:
    'All bytes are there: the version is recorded and its check begins. Repeating it changes nothing.',
  params: IdParams,
  answers: { 200: UploadSchema },
  subject: ({ id = '' }) => ({ kind: 'upload', id }),
  handle: async (registry, { caller, params }) =>
    presentUpload(await completeUpload(registry, caller, params.id)),
});
