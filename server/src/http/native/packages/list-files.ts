import Type from 'typebox';
import type { PackageFile } from '../../../core/checks/index.ts';
import { readVersion } from '../../../core/packages/index.ts';
import { defineRoute } from '../../define-route.ts';
import { IdParams, PageOf, PageQuery, presentPage } from '../../schemas.ts';
import { VersionQuery } from './package-schema.ts';

const FileSchema = Type.Object({
  path: Type.String(),
  sizeBytes: Type.Integer(),
  storedBytes: Type.Integer({ description: 'What it takes inside the package.' }),
  rangeable: Type.Boolean({ description: 'It is stored plainly: `Range` works on it.' }),
  crc32: Type.String(),
  digest: Type.String(),
});

export const listFilesRoute = defineRoute({
  operation: 'version.list-files',
  method: 'GET',
  path: '/api/packages/:id/files',
  description: 'What is inside, in order of paths, without downloading it.',
  params: IdParams,
  query: Type.Object({
    ...PageQuery,
    ...VersionQuery,
    folder: Type.Optional(Type.String({ maxLength: 4_000, description: 'Only what lies below it.' })),
  }),
  answers: { 200: PageOf(FileSchema) },
  subject: ({ id = '' }) => ({ packageId: id }),
  handle: async (registry, { caller, params, query }) => {
    const { version } = await readVersion(registry, caller, params.id, query.version);
    const folder = query.folder?.replace(/\/+$/, '') || undefined;
    return presentPage(await registry.files.list(version.id, folder, query), presentFile);
  },
});

function presentFile({ path, sizeBytes, storedBytes, method, crc32, digest }: PackageFile) {
  const rangeable = method === 'stored';
  return { path, sizeBytes, storedBytes, rangeable, crc32: crc32.toString(16).padStart(8, '0'), digest };
}
