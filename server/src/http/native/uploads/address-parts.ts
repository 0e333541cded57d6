import Type from 'typebox';
import { addressParts, mostAddressesAtOnce, readUpload } from '../../../core/uploads/index.ts';
import { defineRoute } from '../../define-route.ts';
import { IdParams } from '../../schemas.ts';
import { Address, presentAddress } from './upload-schema.ts';

export const addressPartsRoute = defineRoute({
  operation: 'upload.address-parts',
  method: 'POST',
  path: '/api/uploads/:id/parts',
  description: 'Addresses for the given parts. Each is good for one success.',
  params: IdParams,
  body: Type.Object(
    { partNumbers: Type.Array(Type.Integer(), { minItems: 1, maxItems: mostAddressesAtOnce }) },
    { additionalProperties: false },
  ),
  answers: { 200: Type.Object({ addresses: Type.Array(Address) }) },
  subject: ({ id = '' }) => ({ kind: 'upload', id }),
  handle: async (registry, { caller, params, body }) => {
    const upload = await readUpload(registry, caller, params.id);
    const addresses = await addressParts(registry, upload, body.partNumbers);
    return { addresses: addresses.map(presentAddress) };
  },
});
