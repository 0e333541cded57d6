// The OpenAPI document, drawn from the routes: their schemas, and the operations table.
import swagger from '@fastify/swagger';
import swaggerUi from '@fastify/swagger-ui';
import Fastify, { type FastifyInstance, type FastifySchema } from 'fastify';
import { type OperationName, operation } from '../core/operations.ts';
import type { Route } from './define-route.ts';
import { Problem } from './schemas.ts';

/** Must be registered before the routes that it tells about. */
export async function describeApi(app: FastifyInstance, version: string): Promise<void> {
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Assay',
        version,
        description:
          'A registry for models, datasets and code packages that tests what it holds. Lists are paged by cursor: pass ' +
          '`next` of a page as `after`. Errors are problem documents (RFC 9457) with a stable `code`.',
        license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
      },
      servers: [{ url: '/' }],
      security: [{ bearer: [] }],
      tags: [...new Map(Object.values(tags))].map(([name, description]) => ({ name, description })),
      components: {
        securitySchemes: {
          bearer: {
            type: 'http',
            scheme: 'bearer',
            description: 'A token from POST /api/auth/login or POST /api/tokens.',
          },
        },
      },
    },
    refResolver: { buildLocalReference: (json, _base, _fragment, i) => String(json.$id ?? `def-${i}`) },
    transformObject: (document) => {
      if (!('openapiObject' in document)) return document.swaggerObject;
      return withMediaTypes(document.openapiObject as Document) as typeof document.openapiObject;
    },
  });
}

/** Serves the document for people, at `/api/docs`; everything it needs comes from this server. */
export async function serveApiDocs(app: FastifyInstance): Promise<void> {
  await app.register(swaggerUi, {
    routePrefix: '/api/docs',
    theme: { title: 'Assay API' },
    uiConfig: { docExpansion: 'list', deepLinking: true, displayRequestDuration: true },
    staticCSP: {
      'default-src': "'self'",
      'img-src': ["'self'", 'data:'],
      'style-src': ["'self'", "'unsafe-inline'"],
      'base-uri': "'none'",
      'object-src': "'none'",
      'frame-ancestors': "'none'",
    },
  });
}

/** The document without a running registry; for the snapshot and other documents. */
export async function openapiDocument(routes: readonly Route[], version: string): Promise<object> {
  const app = Fastify();
  try {
    await describeApi(app, version);
    app.addSchema(Problem);
    for (const route of routes) {
      app.route({
        method: route.method,
        url: route.path,
        schema: schemaOf(route),
        handler: async () => {},
      });
    }
    await app.ready();
    return app.swagger();
  } finally {
    await app.close();
  }
}

/** What Fastify validates, serializes and documents of a route. */
export function schemaOf(route: Route): FastifySchema {
  const { needs, title } = operation(route.operation);
  return {
    operationId: route.operation,
    summary: title,
    description: route.description,
    tags: [tagOf(route.operation)],
    ...(route.params && { params: route.params }),
    ...(route.query && { querystring: route.query }),
    ...(route.body && { body: route.body }),
    response: { ...route.answers, default: { $ref: 'Problem#' } },
    ...(needs === 'nothing' ? { security: [] } : {}),
  };
}

/** By the noun of the operations: the tag that gathers them, and what it says. */
const tags: Readonly<Record<string, readonly [name: string, description: string]>> = {
  account: ['Account', 'Registering, logging in and out'],
  user: ['Users and groups', 'Who there is, and who may do what'],
  group: ['Users and groups', 'Who there is, and who may do what'],
  token: ['Account', 'Registering, logging in and out'],
  upload: ['Uploads', 'Bringing packages in'],
  package: ['Packages', 'What the registry holds'],
  version: ['Packages', 'What the registry holds'],
  quarantine: ['Quarantine', 'What did not pass, for reviewers'],
  audit: ['Audit and history', 'Who did what, when'],
  history: ['Audit and history', 'Who did what, when'],
  item: ['Items', 'A small curated catalogue'],
  event: ['Events', 'Being told what happened'],
  webhook: ['Events', 'Being told what happened'],
  job: ['Registry', 'The registry itself'],
  registry: ['Registry', 'The registry itself'],
  content: ['Content', 'Signed addresses'],
};

function tagOf(name: OperationName): string {
  const [noun = ''] = name.split('.');
  return tags[noun]?.[0] ?? 'Registry';
}

type MediaTypes = Record<string, { schema?: { contentMediaType?: string } }>;
type Answer = { content?: MediaTypes; $ref?: string };
type DocumentedOperation = {
  operationId?: string;
  requestBody?: unknown;
  parameters?: unknown;
  responses?: Record<string, Answer>;
};
interface Document {
  components?: Record<string, unknown>;
  paths?: Record<string, Record<string, DocumentedOperation>>;
}

/**
 * Fastify takes every answer for JSON. Here answers get the media type that their schema names
 * (`contentMediaType`), and errors theirs, under the statuses that can happen.
 */
function withMediaTypes(document: Document): Document {
  for (const [path, operations] of Object.entries(document.paths ?? {})) {
    for (const documented of Object.values(operations)) {
      const answers = documented.responses ?? {};
      for (const answer of Object.values(answers)) answer.content = renamed(answer.content);
      documented.responses = { ...answers, ...refusals(path, documented) };
    }
  }
  return {
    ...document,
    components: {
      ...document.components,
      responses: {
        Problem: {
          description: 'A problem document; `code` says which one, `detail` what to do.',
          content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
        },
      },
    },
  };
}

function renamed(content: MediaTypes = {}): MediaTypes {
  const entries = Object.entries(content);
  return Object.fromEntries(
    entries.map(([type, { schema, ...rest }]) => [
      schema?.contentMediaType ?? type,
      { ...rest, ...(schema && { schema }) },
    ]),
  );
}

const problem: Answer = { $ref: '#/components/responses/Problem' };

function refusals(path: string, documented: DocumentedOperation): Record<string, Answer> {
  const name = documented.operationId as OperationName | undefined;
  const needsSomebody = name !== undefined && operation(name).needs !== 'nothing';
  const hasInput = documented.requestBody !== undefined || documented.parameters !== undefined;
  return {
    ...(hasInput && { 400: problem }),
    ...(needsSomebody && { 401: problem, 403: problem }),
    ...(path.includes('{') && { 404: problem }),
    429: problem,
    default: problem,
  };
}
