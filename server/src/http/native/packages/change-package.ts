import Type from 'typebox';
import { changePackage } from '../../../core/packages/index.ts';
import { defineRoute } from '../../define-route.ts';
import { Id, IdParams, Nullable } from '../../schemas.ts';
import { GivenAccess, PackageSchema, presentPackage } from './package-schema.ts';

export const changePackageRoute = defineRoute({
  operation: 'package.change',
  method: 'PATCH',
  path: '/api/packages/:id',
  description:
    'What is left out stays. Members of the group maintain the package beside its owner. Who may see and who may have ' +
    'it is in force from the next request on; addresses that were given out stay good for their few minutes.',
  params: IdParams,
  body: Type.Object(
    {
      title: Type.Optional(Type.String()),
      description: Type.Optional(Type.String()),
      groupId: Type.Optional(Nullable(Id)),
      ...GivenAccess,
    },
    { additionalProperties: false, minProperties: 1 },
  ),
  answers: { 200: PackageSchema },
  subject: ({ id = '' }) => ({ packageId: id }),
  handle: async (registry, { caller, params, body }) =>
    presentPackage(await changePackage(registry, caller, params.id, body)),
});
