// What is no HTTP request never reaches a route: it is refused on the connection itself, in the form of every
// other refusal.
import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import type { ConnectionError, FastifyBaseLogger, FastifyInstance } from 'fastify';
import { RegistryError } from '../core/errors.ts';
import { securityHeaders } from './browser-security.ts';
import { problemFrom } from './problem.ts';
import type { Registry } from './registry.ts';

/** For Fastify's `clientErrorHandler`. Ends the connection, since nobody knows where the next request would begin. */
export function refuseUnreadable(
  { randomness }: Pick<Registry, 'randomness'>,
  logger: FastifyBaseLogger,
): (error: ConnectionError, socket: Socket) => void {
  return (error, socket) => {
    if (error.code === 'ECONNRESET' || !socket.writable) {
      socket.destroy();
      return;
    }
    const requestId = randomness.id();
    logger.info({ requestId, cause: error.code }, 'unreadable request');
    const refusal = new RegistryError('invalid-request', detailOf(error), { cause: error });
    const { status, headers, body } = problemFrom(refusal, requestId);
    const text = JSON.stringify(body);
    const lines = Object.entries({
      ...securityHeaders,
      ...headers,
      'content-length': Buffer.byteLength(text),
      connection: 'close',
    }).map(([name, value]) => `${name}: ${value}`);
    socket.write(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${lines.join('\r\n')}\r\n\r\n${text}`);
    socket.destroySoon();
  };
}

function detailOf({ code }: ConnectionError): string {
  if (code === 'HPE_HEADER_OVERFLOW')
    return 'The line and the headers of the request are larger than 16 KiB.';
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') return 'The request did not arrive in time.';
  return 'What came over the connection is not a request of HTTP/1.1 that can be read.';
}

/** What Node would refuse by itself, with a status and not a word. */
export function takeOverRefusals(app: FastifyInstance): void {
  // Expectations that nobody knows may be passed by: RFC 9110, 10.1.1.
  app.server.on('checkExpectation', (request, response) => app.server.emit('request', request, response));
  // With `requireHostHeader: false`; RFC 9112, 3.2.
  app.addHook('onRequest', (request, _reply, done) => {
    const isMissing = request.headers.host === undefined && request.raw.httpVersion === '1.1';
    done(isMissing ? new RegistryError('invalid-request', 'The request has no header `Host`.') : undefined);
  });
}
