// The face of signed addresses: bytes in and out without a token. It passes by what the other faces share (body
// parsing and its limit, authentication, rate limits), since the signature is the permission and bodies are
// streamed.
import type { FastifyInstance } from 'fastify';
import type { OwnContent } from '../../core/content/index.ts';
import { addReadContent } from './read-content.ts';
import { addReceiveForm } from './receive-form.ts';
import { addReceivePart } from './receive-part.ts';

export function addContentFace(app: FastifyInstance, own: OwnContent, idleTimeoutMs: number): void {
  app.register(async (face) => {
    face.removeAllContentTypeParsers();
    face.addContentTypeParser('*', (_request, _payload, done) => done(null));
    addReceiveForm(face, own, idleTimeoutMs);
    addReceivePart(face, own, idleTimeoutMs);
    addReadContent(face, own, idleTimeoutMs);
  });
}
