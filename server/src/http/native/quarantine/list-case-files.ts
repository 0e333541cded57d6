import Type from 'typebox';
import { readCase } from '../../../core/pipeline/index.ts';
import { defineRoute } from '../../define-route.ts';
import { IdParams, PageOf, presentPage } from '../../schemas.ts';
import { FileSchema, FilesQuery, folderOf, presentFile } from '../packages/file-schema.ts';

export const listCaseFilesRoute = defineRoute({
  operation: 'quarantine.list-files',
  method: 'GET',
  path: '/api/quarantine/:id/files',
  description:
    'What is inside, as far as it could be read; nothing where the archive could not be taken apart.',
  params: IdParams,
  query: Type.Object(FilesQuery),
  answers: { 200: PageOf(FileSchema) },
  subject: ({ id = '' }) => ({ versionId: id }),
  handle: async (registry, { params, query }) => {
    const { version } = await readCase(registry, params.id);
    return presentPage(await registry.files.list(version.id, folderOf(query), query), presentFile);
  },
});
