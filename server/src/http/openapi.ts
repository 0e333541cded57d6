// The OpenAPI document, drawn from the routes: their schemas, and the operations table.
import swagger from '@fastify/swagger';
import swaggerUi from '@fastify/swagger-ui';
import Fastify, { type FastifyInstance, type FastifySchema } from 'fastify';
import type { OwnContent } from '../core/content/index.ts';
import { operation } from '../core/operations.ts';
import { addContentFace } from './content/index.ts';
import type { Route, StreamedBody } from './define-route.ts';
import { markImage } from './mark.ts';
import { type OpenapiDocument, shapeDocument, tags } from './openapi-shape.ts';
import { Problem } from './schemas.ts';

declare module 'fastify' {
  interface FastifySchema {
    /** Documented as the body; Fastify itself knows nothing of it. */
    streamed?: StreamedBody;
  }
}

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
      tags: tags,
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
    transform: ({ schema, url }) => ({ schema: withStreamedBody(schema), url }),
    transformObject: (document) => {
      if (!('openapiObject' in document)) return document.swaggerObject;
      return shapeDocument(document.openapiObject as OpenapiDocument) as typeof document.openapiObject;
    },
  });
}

/** Serves the document for people, at `/api/docs`; everything it needs comes from this server. */
export async function serveApiDocs(app: FastifyInstance): Promise<void> {
  await app.register(swaggerUi, {
    routePrefix: '/api/docs',
    logo: { type: 'image/svg+xml', content: markImage },
    theme: {
      title: 'Assay API',
      favicon: [
        { filename: 'mark.svg', rel: 'icon', type: 'image/svg+xml', sizes: 'any', content: markImage },
      ],
      // The field in which the address of another document could be typed.
      css: [{ filename: 'assay.css', content: '.topbar .download-url-wrapper { visibility: hidden }' }],
    },
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
    // Routes that are told about and never asked need nothing to answer with.
    addContentFace(app, {} as OwnContent, 0);
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
    ...(route.params && { params: route.params }),
    ...(route.query && { querystring: route.query }),
    ...(route.body && { body: route.body }),
    ...(route.streamed && { streamed: route.streamed }),
    response: { ...route.answers, default: { $ref: 'Problem#' } },
    ...(needs === 'nothing' ? { security: [] } : {}),
  };
}

function withStreamedBody({ streamed, ...schema }: FastifySchema = {}): FastifySchema {
  return streamed === undefined ? schema : { ...schema, consumes: [streamed.type], body: streamed.schema };
}
