// The HTTP server: cross-cutting behaviour, then the routes of every face.
import Fastify, { type FastifyBaseLogger, type FastifyInstance, type FastifyRequest } from 'fastify';
import { audited } from '../core/audit/index.ts';
import type { Caller } from '../core/caller.ts';
import { notFound, type RegistryError } from '../core/errors.ts';
import { operation } from '../core/operations.ts';
import type { Route } from './define-route.ts';
import { itemRoutes } from './items/index.ts';
import { permit } from './permit.ts';
import { asRegistryError, problemFrom } from './problem.ts';
import type { Registry } from './registry.ts';
import { Problem } from './schemas.ts';
import type { HttpSettings } from './settings.ts';
import { compileValidator } from './validate.ts';

export const routes: readonly Route[] = [...itemRoutes];

export async function buildApp(
  registry: Registry,
  settings: HttpSettings,
  logger: FastifyBaseLogger,
): Promise<FastifyInstance> {
  const app = Fastify({
    loggerInstance: logger,
    trustProxy: settings.trustedProxies.length > 0 ? [...settings.trustedProxies] : false,
    genReqId: () => registry.randomness.id(),
    bodyLimit: 1024 * 1024,
    routerOptions: { maxParamLength: 1_000, ignoreTrailingSlash: true },
  });
  app.setValidatorCompiler(compileValidator);
  app.setErrorHandler((error, request, reply) => {
    const problem = problemFrom(error, request.id);
    const told = asRegistryError(error);
    if (problem.status >= 500) request.log.error({ err: error, context: told.context }, told.message);
    request.refusal = told;
    return reply.code(problem.status).headers(problem.headers).send(problem.body);
  });
  app.setNotFoundHandler((request) => {
    throw notFound('route', `${request.method} ${request.url.split('?')[0]}`);
  });
  app.addSchema(Problem);
  for (const route of routes) addRoute(app, registry, route);
  return app;
}

declare module 'fastify' {
  interface FastifyRequest {
    /** Set by a route that authenticates; undefined before, and where nobody is asked. */
    caller?: Caller;
    /** Why the request was refused, for the audit. */
    refusal?: RegistryError;
  }
}

function addRoute(app: FastifyInstance, registry: Registry, route: Route): void {
  const { needs, audit, title } = operation(route.operation);
  app.route({
    method: route.method,
    url: route.path,
    schema: {
      operationId: route.operation,
      summary: title,
      description: route.description,
      ...(route.params && { params: route.params }),
      ...(route.query && { querystring: route.query }),
      ...(route.body && { body: route.body }),
      response: { ...route.answers, default: { $ref: 'Problem#' } },
      ...(needs === 'nothing' ? { security: [] } : {}),
    },
    onRequest: async (request) => {
      const from = { address: request.ip, requestId: request.id };
      request.caller = await registry.authenticate(request.headers.authorization, from);
      permit(request.caller, route.operation);
    },
    onResponse: async (request, reply) => {
      if (audit === 'none' || (audit === 'with-change' && reply.statusCode < 400)) return;
      observe(registry, route, request, reply.statusCode);
    },
    handler: (request, reply) => {
      const { params, query, body } = request;
      return route.handle(registry, { caller: callerOf(request), params, query, body, request }, reply);
    },
  });
}

function observe(registry: Registry, route: Route, request: FastifyRequest, status: number): void {
  const caller = callerOf(request);
  const subject = route.subject((request.params ?? {}) as Record<string, string>);
  const outcome = status < 400 ? 'succeeded' : status < 500 && status !== 400 ? 'denied' : 'failed';
  const reason = request.refusal?.code ?? null;
  registry.observe(audited(registry, caller, route.operation, subject, { outcome, reason }).entry);
}

/** The caller, anonymous where the request was refused before its credentials were looked at. */
function callerOf(request: FastifyRequest): Caller {
  return request.caller ?? { user: null, token: null, address: request.ip, requestId: request.id };
}
