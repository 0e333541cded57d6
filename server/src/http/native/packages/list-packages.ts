import Type from 'typebox';
import { listPackages } from '../../../core/packages/index.ts';
import { defineRoute } from '../../define-route.ts';
import { Id, PageOf, PageQuery, presentPage } from '../../schemas.ts';
import { Kind } from '../uploads/upload-schema.ts';
import { PackageSchema, presentPackage } from './package-schema.ts';

export const listPackagesRoute = defineRoute({
  operation: 'package.list',
  method: 'GET',
  path: '/api/packages',
  description:
    'Newest first. `hidden` packages have nothing published yet: one’s own are listed, those of one’s group when ' +
    'the list is narrowed to it. `name` finds the package of exactly that name, of each kind.',
  query: Type.Object({
    ...PageQuery,
    name: Type.Optional(Type.String({ maxLength: 200 })),
    kind: Type.Optional(Kind),
    state: Type.Optional(Type.Enum(['hidden', 'published', 'yanked'])),
    owner: Type.Optional(Id),
    group: Type.Optional(Id),
  }),
  answers: { 200: PageOf(PackageSchema) },
  handle: async (registry, { caller, query }) => {
    const asked = { ...query, ownerId: query.owner, groupId: query.group };
    return presentPage(await listPackages(registry, caller, asked, query), presentPackage);
  },
});
