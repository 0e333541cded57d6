// What is noted about every request: a line in the log, the metrics, and the traffic that health is judged by.
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { OperationName } from '../core/operations.ts';
import type { Registry } from './registry.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Absent where no route of a face answers. */
    operation?: OperationName;
  }
}

/** `tell` writes a line of the log; nothing in it has to be searched for secrets. */
export function observeRequests(
  app: FastifyInstance,
  registry: Registry,
  tell: (about: object, message: string) => void,
): void {
  app.addHook('onResponse', (request, reply, done) => {
    const operation = request.routeOptions.config.operation ?? null;
    const { statusCode: status, elapsedTime: ms } = reply;
    if (operation !== 'event.follow') {
      registry.telemetry.requestAnswered(operation, status, ms / 1000);
      if (!isContent(operation)) registry.traffic.note(registry.clock.now(), status, ms);
    }
    if (status < 400 && isContent(operation)) countBytes(registry, request, reply);
    tell(
      {
        requestId: request.id,
        operation,
        method: request.method,
        path: pathOf(request.url),
        status,
        ms: Math.round(ms * 10) / 10,
        user: request.caller?.user?.name ?? null,
        address: request.ip,
        ...request.span?.ids,
      },
      'request',
    );
    done();
  });
}

/** Without the query: it may carry a signature or what somebody searched for. */
function pathOf(url: string): string {
  const query = url.indexOf('?');
  return query === -1 ? url : url.slice(0, query);
}

const bringing: ReadonlySet<OperationName | null> = new Set([
  'package.upload',
  'content.receive-form',
  'content.receive-part',
]);
const carrying: ReadonlySet<OperationName | null> = new Set(['content.read', 'version.read-file']);

function isContent(operation: OperationName | null): boolean {
  return bringing.has(operation) || carrying.has(operation);
}

/** By the lengths that were announced and, the request being answered well, kept. */
function countBytes({ telemetry }: Registry, request: FastifyRequest, reply: FastifyReply): void {
  const operation = request.routeOptions.config.operation ?? null;
  const header = bringing.has(operation)
    ? request.headers['content-length']
    : reply.getHeader('content-length');
  const bytes = Number(header ?? 0);
  if (!Number.isFinite(bytes) || request.method === 'HEAD') return;
  if (bringing.has(operation)) telemetry.contentReceived(bytes);
  else telemetry.contentSent(bytes);
}
