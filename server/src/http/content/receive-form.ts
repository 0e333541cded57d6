import type { FastifyInstance } from 'fastify';
import Type from 'typebox';
import { admitForm, type OwnContent, receiveForm, sizeMismatch } from '../../core/content/index.ts';
import { addressRoute } from './address-route.ts';
import { readForm } from './form.ts';
import { toldAsInterruption } from './interruption.ts';
import { cutWhenIdle } from './slow-clients.ts';

/** What a form may have beside its file: the fields and what stands between them. */
const formBytes = 64 * 1024;

export function addReceiveForm(app: FastifyInstance, own: OwnContent, idleTimeoutMs: number): void {
  addressRoute(app, {
    operation: 'content.receive-form',
    method: 'POST',
    path: '/content/incoming/:upload',
    description:
      'Takes a presigned form, as S3 does: multipart/form-data with the fields of the upload’s form unchanged, ' +
      'then the field `file`. Answers with the ETag of what has arrived.',
    streamed: {
      type: 'multipart/form-data',
      schema: Type.Object({ file: Type.String({ format: 'binary' }) }),
    },
    answers: { 204: Type.Null() },
    handler: async (request, reply) => {
      cutWhenIdle(request.raw, reply.raw, idleTimeoutMs);
      const { upload } = request.params;
      const form = await readForm(request.raw);
      const limits = await admitForm(own, upload, form.fields);
      const declared = Number(request.headers['content-length'] ?? 0);
      if (declared > limits.maximumBytes + formBytes) throw sizeMismatch('the file', 'more', limits);
      const { etag } = await toldAsInterruption(form.file, receiveForm(own, upload, limits, form.file));
      await form.over;
      return reply.code(204).header('etag', `"${etag}"`).send();
    },
  });
}
