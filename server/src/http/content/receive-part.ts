import type { FastifyInstance } from 'fastify';
import Type from 'typebox';
import { type OwnContent, receivePart } from '../../core/content/index.ts';
import { addressRoute, fieldsOf } from './address-route.ts';
import { toldAsInterruption } from './interruption.ts';
import { cutWhenIdle } from './slow-clients.ts';

export function addReceivePart(app: FastifyInstance, own: OwnContent, idleTimeoutMs: number): void {
  addressRoute(app, {
    operation: 'content.receive-part',
    method: 'PUT',
    path: '/content/incoming/:upload/parts/:part',
    description:
      'Takes the bytes of one part, exactly as many as the address says. Answers when they are on the disk, with ' +
      'an ETag: the CRC-32 of the part in hexadecimal. An address is good for one success.',
    streamed: { type: 'application/octet-stream', schema: Type.String({ format: 'binary' }) },
    answers: { 200: Type.Null() },
    handler: async (request, reply) => {
      cutWhenIdle(request.raw, reply.raw, idleTimeoutMs);
      const { upload, part } = request.params;
      const length = request.headers['content-length'];
      const { etag } = await toldAsInterruption(
        request.raw,
        receivePart(
          own,
          { uploadId: upload, partNumber: part, fields: fieldsOf(request.query) },
          { bytes: request.raw, declaredBytes: length === undefined ? undefined : Number(length) },
        ),
      );
      return reply.code(200).header('etag', `"${etag}"`).send();
    },
  });
}
