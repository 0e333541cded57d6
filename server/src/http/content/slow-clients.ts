// What to do about clients that do not go on, and those that go on after they were refused.
import type { IncomingMessage, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import type { FastifyInstance } from 'fastify';

/**
 * Cuts the connection when nothing has moved on it for `idleMs` and it is the client that we wait for; a disk
 * that takes its time is not the client's fault. However long the whole takes does not matter.
 */
export function cutWhenIdle(request: IncomingMessage, response: ServerResponse, idleMs: number): void {
  response.setTimeout(idleMs, () => {
    const waitsForUs = !response.headersSent && (request.complete || request.readableLength > 0);
    if (waitsForUs) response.socket?.setTimeout(idleMs);
    else response.destroy();
  });
}

/**
 * Cuts the connection when the whole body is not there after `deadlineMs`, however steadily it drips in: for bodies that
 * are read into memory before anything is done with them.
 */
export function cutWhenLate(request: IncomingMessage, deadlineMs: number): void {
  if (request.complete) return;
  const timer = setTimeout(() => request.destroy(), deadlineMs).unref();
  request.once('close', () => clearTimeout(timer));
}

/** More than the largest part, so that a client which reads no answer before it has sent all gets its answer. */
const drained = { bytes: 128 * 1024 * 1024, milliseconds: 10_000 };

/**
 * An answer that is given before the whole body has arrived goes out at once, but the connection stays open until
 * the client has sent the rest, or more than is reasonable. To close it at once would have the client's system
 * throw the answer away, unread.
 */
export function answerBeforeTheBodyEnds(app: FastifyInstance): void {
  app.addHook('onSend', ({ raw }, reply, payload, done) => {
    if (raw.complete || raw.readableEnded || raw.destroyed || !hasBody(raw) || payload instanceof Readable) {
      return done(null, payload);
    }
    const body = Buffer.from(typeof payload === 'string' ? payload : '');
    reply.header('connection', 'close').header('content-length', body.length);
    done(null, lingering(body, raw));
  });
}

function hasBody({ headers }: IncomingMessage): boolean {
  return headers['content-length'] !== undefined || headers['transfer-encoding'] !== undefined;
}

/** A stream of `body` that does not end before `request` does, within reason. */
function lingering(body: Buffer, request: IncomingMessage): Readable {
  const answer = new Readable({ read() {} });
  answer.push(body);
  let bytes = 0;
  const count = (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes > drained.bytes) finish();
  };
  const finish = () => {
    clearTimeout(timer);
    request.off('data', count).off('end', finish).off('close', finish);
    if (!answer.readableEnded) answer.push(null);
  };
  const timer = setTimeout(finish, drained.milliseconds);
  request.unpipe();
  request.on('data', count).once('end', finish).once('close', finish).resume();
  return answer;
}
