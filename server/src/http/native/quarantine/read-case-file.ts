import Type from 'typebox';
import { quarantineKey } from '../../../core/content/index.ts';
import { readCaseFile } from '../../../core/pipeline/index.ts';
import { defineRoute } from '../../define-route.ts';
import { Id } from '../../schemas.ts';
import { answerFile } from '../packages/answer-file.ts';

export const readCaseFileRoute = defineRoute({
  operation: 'quarantine.read-file',
  method: 'GET',
  path: '/api/quarantine/:id/files/*',
  description: 'One file inside, to look at. Mind that it is in quarantine for a reason.',
  params: Type.Object({ id: Id, '*': Type.String({ maxLength: 4_000 }) }),
  answers: { 200: Type.Any(), 206: Type.Any() },
  subject: ({ id = '', '*': path = '' }) => ({ versionId: id, kind: 'file', id: path }),
  handle: async (registry, { caller, params, request }, reply) => {
    const file = await readCaseFile(registry, caller, params.id, params['*']);
    return answerFile(registry.content, { key: quarantineKey(params.id), file }, request, reply);
  },
});
