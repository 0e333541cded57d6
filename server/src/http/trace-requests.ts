import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Span, Tracer } from '../core/health/index.ts';
import type { OperationName } from '../core/operations.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** Where the request is part of a trace that is kept. */
    span?: Span;
  }
}

/** Those of watchers, which would be most of what there is to see, and one that lasts for as long as its client likes. */
const untraced: ReadonlySet<OperationName | null> = new Set([
  'registry.health',
  'registry.readiness',
  'registry.metrics',
  'event.follow',
]);

/** A span for each request, by the name of its operation; what is done for the request lies within it. */
export function traceRequests(app: FastifyInstance, tracer: Tracer): void {
  app.addHook('onRequest', (request, reply, next) => {
    const operation = request.routeOptions.config.operation ?? null;
    if (untraced.has(operation)) return next();
    const facts = {
      'assay.request_id': request.id,
      'http.request.method': request.method,
      // As the route is written: neither a path nor a query, which may carry a signature.
      ...(operation !== null && { 'http.route': request.routeOptions.url ?? '' }),
    };
    const span = tracer.begin(operation ?? 'none', 'request', facts, request.headers);
    if (span === null) return next();
    request.span = span;
    // Also where the client has gone, and there is no answer.
    reply.raw.once('close', () => end(span, request, reply));
    span.run(next);
  });
}

function end(span: Span, request: FastifyRequest, reply: FastifyReply): void {
  if (reply.raw.headersSent) span.note({ 'http.response.status_code': reply.statusCode });
  if (!reply.raw.writableFinished) span.note({ 'assay.abandoned': true });
  span.note(namedBy(request.params));
  if (request.refusal !== undefined) span.fail(request.refusal);
  span.end();
}

/** Ids, digests, numbers and labels of versions. A path may have anything else in their place, such as somebody's address. */
const idText = /^[\w.+-]{1,128}$/;

/** The ids in the path, where a route takes them for such. */
function namedBy(params: unknown): Readonly<Record<string, string>> {
  const named = Object.entries(params ?? {}).filter(([name, value]) => name !== '*' && idText.test(value));
  return Object.fromEntries(named.map(([name, value]) => [`assay.path.${name}`, value]));
}
