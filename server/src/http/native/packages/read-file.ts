import Type from 'typebox';
import { packageKey } from '../../../core/content/index.ts';
import { readFile } from '../../../core/gate/index.ts';
import { defineRoute } from '../../define-route.ts';
import { Id } from '../../schemas.ts';
import { answerFile } from './answer-file.ts';
import { VersionQuery } from './package-schema.ts';

export const readFileRoute = defineRoute({
  operation: 'version.read-file',
  method: 'GET',
  path: '/api/packages/:id/files/*',
  description:
    'One file inside. `Range` works on files that are stored plainly; on others it is passed over.',
  params: Type.Object({ id: Id, '*': Type.String({ maxLength: 4_000 }) }),
  query: Type.Object(VersionQuery),
  answers: { 200: Type.Any(), 206: Type.Any() },
  subject: ({ id = '', '*': path = '' }) => ({ packageId: id, kind: 'file', id: path }),
  handle: async (registry, { caller, params, query, request }, reply) => {
    const asked = { packageId: params.id, label: query.version, path: params['*'] };
    const { file, digest } = await readFile(registry, caller, asked);
    return answerFile(registry.content, { key: packageKey(digest), file }, request, reply);
  },
});
