import { abortUpload } from '../../../core/uploads/index.ts';
import { defineRoute } from '../../define-route.ts';
import { IdParams } from '../../schemas.ts';
import { presentUpload, UploadSchema } from './upload-schema.ts';

export const abortUploadRoute = defineRoute({
  operation: 'upload.abort',
  method: 'DELETE',
  path: '/api/uploads/:id',
  description: 'Ends an open upload and removes what has arrived. Repeating it changes nothing.',
  params: IdParams,
  answers: { 200: UploadSchema },
  subject: ({ id = '' }) => ({ kind: 'upload', id }),
  handle: async (registry, { caller, params }) =>
    presentUpload(await abortUpload(registry, caller, params.id)),
});
