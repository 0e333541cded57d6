// The HTTP server: cross-cutting behaviour, then the routes of every face.
import Fastify, {
  type FastifyBaseLogger,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
  LogController,
} from 'fastify';
import { audited } from '../core/audit/index.ts';
import type { Caller } from '../core/caller.ts';
import { notFound, type RegistryError } from '../core/errors.ts';
import { operation } from '../core/operations.ts';
import { authenticate } from './authenticate.ts';
import { secureForBrowsers, securityHeaders } from './browser-security.ts';
import { takeClientAddressFrom } from './client-address.ts';
import { addContentFace } from './content/index.ts';
import { answerBeforeTheBodyEnds, cutWhenIdle, cutWhenLate } from './content/slow-clients.ts';
import type { Route } from './define-route.ts';
import { gatherRequests } from './gather-requests.ts';
import { itemRoutes } from './items/index.ts';
import { accessRoutes } from './native/access-routes.ts';
import { auditRoutes } from './native/audit/index.ts';
import { eventRoutes } from './native/events/index.ts';
import { historyRoutes } from './native/history/index.ts';
import { jobRoutes } from './native/jobs/index.ts';
import { packageRoutes } from './native/packages/index.ts';
import { policyRoutes } from './native/policies/index.ts';
import { quarantineRoutes } from './native/quarantine/index.ts';
import { systemRoutes } from './native/system/index.ts';
import { uploadRoutes } from './native/uploads/index.ts';
import { validatorRoutes } from './native/validators/index.ts';
import { webhookRoutes } from './native/webhooks/index.ts';
import { observeRequests } from './observe-requests.ts';
import { describeApi, schemaOf, serveApiDocs } from './openapi.ts';
import { permit } from './permit.ts';
import { asRegistryError, problemFrom } from './problem.ts';
import { type RateLimits, rateLimits } from './rate-limit.ts';
import type { Registry } from './registry.ts';
import { Problem } from './schemas.ts';
import type { HttpSettings } from './settings.ts';
import { traceRequests } from './trace-requests.ts';
import { refuseUnreadable, takeOverRefusals } from './unreadable-requests.ts';
import { compileValidator } from './validate.ts';

export const routes: readonly Route[] = [
  ...uploadRoutes,
  ...packageRoutes,
  ...policyRoutes,
  ...quarantineRoutes,
  ...validatorRoutes,
  ...accessRoutes,
  ...itemRoutes,
  ...auditRoutes,
  ...historyRoutes,
  ...eventRoutes,
  ...webhookRoutes,
  ...jobRoutes,
  ...systemRoutes,
];

/** `tellRequest` writes the one line of the log that every request has. */
export async function buildApp(
  registry: Registry,
  settings: HttpSettings,
  logger: FastifyBaseLogger,
  tellRequest = (about: object, message: string) => logger.info(about, message),
): Promise<FastifyInstance> {
  const app = Fastify({
    loggerInstance: logger,
    // Instead of two lines observe-requests.ts writes one.
    logController: new LogController({ disableRequestLogging: true, requestIdLogLabel: 'requestId' }),
    // A logger made for each request costs as much as writing its line; what is logged about one names it itself.
    childLoggerFactory: (parent) => parent,
    trustProxy: settings.trustedProxies.length > 0 ? [...settings.trustedProxies] : false,
    genReqId: () => registry.randomness.id(),
    bodyLimit: 1024 * 1024,
    routerOptions: { maxParamLength: 1_000, ignoreTrailingSlash: true },
    // Of a path that cannot be read, before there is a route.
    frameworkErrors: (error, request, reply) => refuse(error, request, reply.headers(securityHeaders)),
    clientErrorHandler: refuseUnreadable(registry, logger),
    http: { requireHostHeader: false },
  });
  if (settings.clientAddressHeader !== '') takeClientAddressFrom(app, settings.clientAddressHeader);
  gatherRequests(app);
  takeOverRefusals(app);
  app.setValidatorCompiler(compileValidator);
  app.setErrorHandler(refuse);
  app.setNotFoundHandler((request) => {
    throw notFound('route', `${request.method} ${request.url.split('?')[0]}`);
  });
  app.addSchema(Problem);
  await secureForBrowsers(app, settings);
  if (registry.tracer !== null) traceRequests(app, registry.tracer);
  observeRequests(app, registry, tellRequest);
  answerBeforeTheBodyEnds(app);
  endConnectionsOnClose(app, registry);
  await describeApi(app, registry.version);
  const limits = rateLimits(registry, settings);
  // Forms that a route reads by itself, streaming.
  app.addContentTypeParser('multipart/form-data', (_request, _body, done) => done(null));
  if (registry.ownContent !== null) addContentFace(app, registry.ownContent, settings.transferIdleTimeoutMs);
  for (const route of routes) addRoute(app, registry, { limits, settings }, route);
  await serveApiDocs(app);
  return app;
}

function refuse(error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const problem = problemFrom(error, request.id);
  const told = asRegistryError(error);
  if (problem.status >= 500) {
    // An engine that is away is told about where its calls are counted; here it is one request's misfortune.
    const level = problem.status === 503 ? 'warn' : 'error';
    request.log[level]({ requestId: request.id, err: error, context: told.context }, told.message);
  }
  request.refusal = told;
  return reply.code(problem.status).headers(problem.headers).send(problem.body);
}

/** Streams of events are ended. All other answers are waited for, but not the clients that keep their connections. */
function endConnectionsOnClose(app: FastifyInstance, registry: Registry): void {
  let timer: NodeJS.Timeout | undefined;
  app.addHook('preClose', async () => {
    registry.eventFeed.close();
    timer = setInterval(() => app.server.closeIdleConnections(), 50);
  });
  app.addHook('onClose', async () => clearInterval(timer));
}

declare module 'fastify' {
  interface FastifyRequest {
    /** Set by a route that authenticates; undefined before, and where nobody is asked. */
    caller?: Caller;
    /** Why the request was refused, for the audit. */
    refusal?: RegistryError;
  }
}

/** A body that is read into memory, 1 MiB at most, has so many times as long to arrive as a client may do nothing. */
const wholeBodyIdleTimes = 4;

function addRoute(
  app: FastifyInstance,
  registry: Registry,
  { limits, settings }: { limits: RateLimits; settings: HttpSettings },
  route: Route,
): void {
  const { audit } = operation(route.operation);
  app.route({
    method: route.method,
    url: route.path,
    schema: schemaOf(route),
    config: { operation: route.operation },
    onRequest: async (request, reply) => {
      // A stream of events is quiet for as long as nothing happens.
      if (route.operation !== 'event.follow') {
        cutWhenIdle(request.raw, reply.raw, settings.transferIdleTimeoutMs);
      }
      if (route.body !== undefined)
        cutWhenLate(request.raw, wholeBodyIdleTimes * settings.transferIdleTimeoutMs);
      const behind = audit === 'none' ? null : registry.auditBehind();
      if (behind !== null) await behind;
      request.caller = await authenticate(registry, limits, route.operation, request, reply);
      permit(request.caller, route.operation);
    },
    onResponse: async (request, reply) => {
      if (audit === 'none' || (audit === 'with-change' && reply.statusCode < 400)) return;
      // A flood that is being held off must not fill the audit log.
      if (request.refusal?.code === 'throttled' || request.refusal?.onRecord) return;
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
  const subject = route.subject((request.params ?? {}) as Record<string, string>, request.body);
  const outcome = status < 400 ? 'succeeded' : status < 500 && status !== 400 ? 'denied' : 'failed';
  const reason = request.refusal?.code ?? null;
  registry.observe(audited(registry, caller, route.operation, subject, { outcome, reason }).entry);
}

/** The caller, anonymous where the request was refused before its credentials were looked at. */
function callerOf(request: FastifyRequest): Caller {
  return request.caller ?? { user: null, token: null, address: request.ip ?? '', requestId: request.id };
}
