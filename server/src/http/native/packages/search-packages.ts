import Type from 'typebox';
import { searchPackages } from '../../../core/packages/index.ts';
import { defineRoute } from '../../define-route.ts';
import { PageOf, PageQuery, presentPage } from '../../schemas.ts';
import { Kind } from '../uploads/upload-schema.ts';
import { PackageSchema, presentPackage } from './package-schema.ts';

const Found = Type.Intersect([PageOf(PackageSchema), Type.Object({ complete: Type.Boolean() })]);

export const searchPackagesRoute = defineRoute({
  operation: 'package.search',
  method: 'GET',
  path: '/api/packages/search',
  description:
    'Best first: words in names weigh most, then titles, descriptions and READMEs. All words must occur; the last ' +
    'one may be the beginning of a word. `complete` is false when the search has looked at as many packages as one ' +
    'request may: the page is then not full, and `next`, where there is one, goes on.',
  query: Type.Object({
    ...PageQuery,
    q: Type.String({ maxLength: 500, default: '' }),
    kind: Type.Optional(Kind),
    version: Type.Optional(
      Type.String({ maxLength: 250, description: 'A label or range: 1.2.3, 1.2.3-2.1.0, ~1.2.0, ^1.2.0.' }),
    ),
  }),
  answers: { 200: Found },
  handle: async (registry, { caller, query }) => {
    const found = await searchPackages(registry, caller, { ...query, words: query.q, range: query.version });
    return { ...presentPage(found, (hit) => presentPackage(hit.package)), complete: found.complete };
  },
});
