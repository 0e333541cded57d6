import Type from 'typebox';
import { addressForm, addressParts, beginUpload, mostAddressesAtOnce } from '../../../core/uploads/index.ts';
import { defineRoute } from '../../define-route.ts';
import { GivenAccess } from '../packages/package-schema.ts';
import { Digest, Kind, presentUpload, UploadSchema } from './upload-schema.ts';

export const beginUploadRoute = defineRoute({
  operation: 'upload.begin',
  method: 'POST',
  path: '/api/uploads',
  description:
    'Opens an upload and says where the bytes go: one presigned form for small packages, addresses of parts for ' +
    'large ones. Send the bytes there, then complete the upload. Who may see and who may have the package is said of ' +
    'one that is new; of one that there is, it must be what is so already.',
  body: Type.Object(
    {
      kind: Kind,
      name: Type.String({ description: 'Of the package; a new one comes to be with its first upload.' }),
      version: Type.String({ description: 'A semantic version; a leading `v` is dropped.' }),
      fileName: Type.String(),
      sizeBytes: Type.Integer({ minimum: 0 }),
      contentType: Type.String({ default: 'application/zip' }),
      digest: Type.Optional(Digest),
      method: Type.Optional(Type.Enum(['form', 'parts'], { description: 'Left out: by size.' })),
      ...GivenAccess,
    },
    { additionalProperties: false },
  ),
  answers: { 201: UploadSchema },
  handle: async (registry, { caller, body }, reply) => {
    const upload = await beginUpload(registry, caller, {
      ...body,
      access: body,
      packageName: body.name,
      label: body.version,
      declaredDigest: body.digest?.toLowerCase() ?? null,
    });
    reply.code(201).header('location', `/api/uploads/${upload.id}`);
    if (upload.receiving.method !== 'parts') {
      return presentUpload(upload, { form: await addressForm(registry, upload) });
    }
    const first = Math.min(upload.receiving.partCount, mostAddressesAtOnce);
    const numbers = Array.from({ length: first }, (_, i) => i + 1);
    return presentUpload(upload, { addresses: await addressParts(registry, upload, numbers) });
  },
});
