import Type from 'typebox';
import { readVersion } from '../../../core/packages/index.ts';
import { defineRoute } from '../../define-route.ts';
import { IdParams, PageOf, presentPage } from '../../schemas.ts';
import { FileSchema, FilesQuery, folderOf, presentFile } from './file-schema.ts';
import { VersionQuery } from './package-schema.ts';

export const listFilesRoute = defineRoute({
  operation: 'version.list-files',
  method: 'GET',
  path: '/api/packages/:id/files',
  description: 'What is inside, in order of paths, without downloading it.',
  params: IdParams,
  query: Type.Object({ ...FilesQuery, ...VersionQuery }),
  answers: { 200: PageOf(FileSchema) },
  subject: ({ id = '' }) => ({ packageId: id }),
  handle: async (registry, { caller, params, query }) => {
    const { version } = await readVersion(registry, caller, params.id, query.version);
    return presentPage(await registry.files.list(version.id, folderOf(query), query), presentFile);
  },
});
