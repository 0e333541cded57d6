import type { OutgoingHttpHeaders } from 'node:http';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import Type from 'typebox';
import {
  attachment,
  type ByteRange,
  type OwnContent,
  openServed,
  type ServedContent,
} from '../../core/content/index.ts';
import { RegistryError } from '../../core/errors.ts';
import { addressRoute, fieldsOf } from './address-route.ts';
import { byteRangeOf } from './byte-range.ts';
import { ClientLeft, sendContent } from './send-content.ts';
import { cutWhenIdle } from './slow-clients.ts';

export function addReadContent(app: FastifyInstance, own: OwnContent, idleTimeoutMs: number): void {
  addressRoute(app, {
    operation: 'content.read',
    method: 'GET',
    path: '/content/packages/:digest',
    description:
      'The bytes of a version, at the address that the gate gave out. Takes Range (one range of bytes), If-Range, ' +
      'If-None-Match and If-Match; the ETag is the SHA-256 of the whole.',
    answers: { 200: Type.Any(), 206: Type.Any(), 304: Type.Null() },
    handler: async (request, reply) => {
      const served = await openServed(own, request.params.digest, fieldsOf(request.query));
      try {
        const answer = answerTo(request, reply, served);
        reply.code(answer.status).headers(answer.headers);
        if (answer.body === null) return await reply.send();
        cutWhenIdle(request.raw, reply.raw, idleTimeoutMs);
        await sendBeside(request, reply, served, answer.body);
      } finally {
        await served.content.close();
      }
    },
  });
}

interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | number>>;
  readonly body: ByteRange | null;
}

/** RFC 9110, section 13.2.2: If-Match, then If-None-Match, then Range with If-Range. */
function answerTo(request: FastifyRequest, reply: FastifyReply, served: ServedContent): Answer {
  const { sizeBytes } = served.content.stat;
  const etag = `"${served.digest}"`;
  const { range, 'if-range': ifRange, 'if-match': ifMatch, 'if-none-match': ifNoneMatch } = request.headers;
  reply.headers({ etag, 'cache-control': 'private, immutable', 'accept-ranges': 'bytes' });
  if (ifMatch !== undefined && !names(ifMatch, etag, 'strong')) {
    throw new RegistryError(
      'precondition-failed',
      `The content here is ${etag}, and If-Match asks for another.`,
    );
  }
  if (ifNoneMatch !== undefined && names(ifNoneMatch, etag, 'weak')) {
    return { status: 304, headers: {}, body: null };
  }
  const isHead = request.method === 'HEAD';
  const asked = isHead || (ifRange ?? etag) !== etag ? 'whole' : byteRangeOf(range, sizeBytes);
  if (asked === 'outside') {
    reply.header('content-range', `bytes */${sizeBytes}`);
    throw new RegistryError('range-not-satisfiable', `${range} lies outside of the ${sizeBytes} bytes.`);
  }
  const { start, end } = asked === 'whole' ? { start: 0, end: sizeBytes } : asked;
  const headers = { ...headersOf(served), 'content-length': end - start };
  if (isHead) return { status: 200, headers, body: null };
  if (asked === 'whole') {
    const digest = { 'content-digest': digestHeader(served.digest) };
    return { status: 200, headers: { ...headers, ...digest }, body: { start, end } };
  }
  const place = { 'content-range': `bytes ${start}-${end - 1}/${sizeBytes}` };
  return { status: 206, headers: { ...headers, ...place }, body: { start, end } };
}

function headersOf({ digest, fileName, contentType }: ServedContent): Record<string, string> {
  return {
    'content-type': /^[\w.+-]+\/[\w.+-]+$/.test(contentType) ? contentType : 'application/octet-stream',
    'content-disposition': attachment(fileName),
    'x-content-type-options': 'nosniff',
    'repr-digest': digestHeader(digest),
  };
}

/** RFC 9530. */
function digestHeader(digest: string): string {
  return `sha-256=:${Buffer.from(digest, 'hex').toString('base64')}:`;
}

/** Does a list of entity tags name `etag`? A weak tag does so only where weak comparison is meant. */
function names(header: string, etag: string, comparison: 'strong' | 'weak'): boolean {
  const tags = header.split(',').map((tag) => tag.trim());
  return tags.some((tag) => tag === '*' || (comparison === 'weak' ? tag.replace(/^W\//, '') : tag) === etag);
}

/** Beside Fastify, which would put a stream of small pieces between the content and the connection. */
async function sendBeside(
  request: FastifyRequest,
  reply: FastifyReply,
  { content }: ServedContent,
  range: ByteRange,
): Promise<void> {
  reply.hijack();
  reply.raw.writeHead(reply.statusCode, reply.getHeaders() as OutgoingHttpHeaders);
  try {
    await sendContent(reply.raw, content, range);
  } catch (error) {
    if (error instanceof ClientLeft)
      request.log.debug({ requestId: request.id, err: error }, 'the client left during a download');
    else request.log.error({ requestId: request.id, err: error }, 'a download was cut');
  }
}
