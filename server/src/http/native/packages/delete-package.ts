import Type from 'typebox';
import { deletePackage } from '../../../core/packages/index.ts';
import { defineRoute } from '../../define-route.ts';
import { IdParams } from '../../schemas.ts';
import { Reason } from './package-schema.ts';

export const deletePackageRoute = defineRoute({
  operation: 'package.delete',
  method: 'DELETE',
  path: '/api/packages/:id',
  description: 'With all of its versions, for good. Its name stays taken. The reason is a query parameter.',
  params: IdParams,
  query: Reason,
  answers: { 204: Type.Null() },
  subject: ({ id = '' }) => ({ packageId: id }),
  handle: async (registry, { caller, params, query }, reply) => {
    await deletePackage(registry, caller, params.id, query);
    return reply.code(204).send();
  },
});
