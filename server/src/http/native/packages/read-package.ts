import { readPackage } from '../../../core/packages/index.ts';
import { defineRoute } from '../../define-route.ts';
import { IdParams } from '../../schemas.ts';
import { PackageSchema, presentPackage } from './package-schema.ts';

export const readPackageRoute = defineRoute({
  operation: 'package.read',
  method: 'GET',
  path: '/api/packages/:id',
  params: IdParams,
  answers: { 200: PackageSchema },
  subject: ({ id = '' }) => ({ packageId: id }),
  handle: async (registry, { caller, params }) =>
    presentPackage(await readPackage(registry, caller, params.id)),
});
