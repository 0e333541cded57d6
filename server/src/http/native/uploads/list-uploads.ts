import Type from 'typebox';
import { isAdmin } from '../../../core/caller.ts';
import { uploadStates } from '../../../core/uploads/index.ts';
import { defineRoute } from '../../define-route.ts';
import { Id, PageOf, PageQuery, presentPage } from '../../schemas.ts';
import { presentUpload, UploadSchema } from './upload-schema.ts';

export const listUploadsRoute = defineRoute({
  operation: 'upload.list',
  method: 'GET',
  path: '/api/uploads',
  description: 'One’s own uploads, newest first; administrators see all, or those of one user.',
  query: Type.Object({
    ...PageQuery,
    state: Type.Optional(Type.Enum([...uploadStates])),
    user: Type.Optional(Id),
  }),
  answers: { 200: PageOf(UploadSchema) },
  handle: async (registry, { caller, query }) => {
    const userId = isAdmin(caller) ? query.user : caller.user?.id;
    const page = await registry.uploads.list({ userId, state: query.state }, query);
    return presentPage(page, (upload) => presentUpload(upload));
  },
});
