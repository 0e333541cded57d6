import cors from '@fastify/cors';
import type { FastifyInstance } from 'fastify';
import type { HttpSettings } from './settings.ts';

/**
 * What tells a browser to do nothing with an answer but read it. The set is that of Helmet, for an API that shows no
 * pages; a route that does show one replaces `content-security-policy`. @fastify/helmet itself computes the same
 * values for every request, which costs as much as a small request does.
 */
export const securityHeaders = {
  'content-security-policy':
    "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'strict-transport-security': 'max-age=31536000',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
} as const;

/** What a page of another origin may read of an answer. */
const exposedHeaders = [
  'content-disposition',
  'content-range',
  'etag',
  'location',
  'ratelimit-limit',
  'ratelimit-remaining',
  'ratelimit-reset',
  'retry-after',
];

/** Security headers on every answer, and CORS for the origins of the settings. */
export async function secureForBrowsers(
  app: FastifyInstance,
  { corsOrigins }: Pick<HttpSettings, 'corsOrigins'>,
): Promise<void> {
  app.addHook('onRequest', (_request, reply, done) => {
    reply.headers(securityHeaders);
    done();
  });
  if (corsOrigins.length === 0) return;
  await app.register(cors, {
    origin: corsOrigins.includes('*') ? '*' : [...corsOrigins],
    // Tokens travel in a header of their own, never in a cookie.
    credentials: false,
    methods: ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'],
    exposedHeaders,
    maxAge: 600,
  });
}
