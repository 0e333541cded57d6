import { readUploadProgress } from '../../../core/pipeline/index.ts';
import { addressForm, takesBytes } from '../../../core/uploads/index.ts';
import { defineRoute } from '../../define-route.ts';
import { IdParams } from '../../schemas.ts';
import { presentUpload, UploadSchema } from './upload-schema.ts';

export const readUploadRoute = defineRoute({
  operation: 'upload.read',
  method: 'GET',
  path: '/api/uploads/:id',
  description:
    'While it is open: the parts received, or a form anew, to go on after an interruption. Once completed: what the checks found ' +
    'and what became of the version.',
  params: IdParams,
  answers: { 200: UploadSchema },
  subject: ({ id = '' }) => ({ kind: 'upload', id }),
  handle: async (registry, { caller, params }) => {
    const progress = await readUploadProgress(registry, caller, params.id);
    const { upload } = progress;
    const takesForm = upload.receiving.method === 'form' && takesBytes(upload, registry.clock.now());
    return presentUpload(upload, {
      progress,
      ...(takesForm && { form: await addressForm(registry, upload) }),
    });
  },
});
