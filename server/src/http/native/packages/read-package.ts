import { readPackage } from '../../../core/packages/index.ts';
import { defineRoute } from '../../define-route.ts';
import { presentOnce } from '../../present-once.ts';
import { IdParams } from '../../schemas.ts';
import { PackageSchema, presentPackage } from './package-schema.ts';

const present = presentOnce(presentPackage);

export const readPackageRoute = defineRoute({
  operation: 'package.read',
  method: 'GET',
  path: '/api/packages/:id',
  params: IdParams,
  answers: { 200: PackageSchema },
  subject: ({ id = '' }) => ({ packageId: id }),
  handle: async (registry, { caller, params }, reply) =>
    present(await readPackage(registry, caller, params.id), reply),
});
