import Type from 'typebox';
import { type Caller, isAdmin } from '../../../core/caller.ts';
import { notFound } from '../../../core/errors.ts';
import { maySeeUpload, uploadStates } from '../../../core/uploads/index.ts';
import { defineRoute } from '../../define-route.ts';
import { Id, PageOf, PageQuery, presentPage } from '../../schemas.ts';
import { presentUpload, UploadSchema } from './upload-schema.ts';

export const listUploadsRoute = defineRoute({
  operation: 'upload.list',
  method: 'GET',
  path: '/api/uploads',
  description:
    'One’s own uploads, newest first; administrators see all, or those of one user. Others’ do not exist for anybody else.',
  query: Type.Object({
    ...PageQuery,
    state: Type.Optional(Type.Enum([...uploadStates])),
    user: Type.Optional(Id),
  }),
  answers: { 200: PageOf(UploadSchema) },
  handle: async (registry, { caller, query }) => {
    const userId = usersAsked(caller, query.user);
    const { items, next } = await registry.uploads.list({ userId, state: query.state }, query);
    const seen = { items: items.filter((upload) => maySeeUpload(caller, upload)), next };
    return presentPage(seen, (upload) => presentUpload(upload));
  },
});

/** Undefined: everybody's. */
function usersAsked(caller: Caller, asked: string | undefined): string | undefined {
  if (isAdmin(caller)) return asked;
  if (asked !== undefined && asked !== caller.user?.id) throw notFound('user', asked);
  return caller.user?.id;
}
