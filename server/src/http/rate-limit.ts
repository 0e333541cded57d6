// How many requests a minute one client may make. Counted in this process, in fixed windows of a minute:
//
//   without credentials    per network address, before any work is done
//   with a good token      per token
//   with a bad one         per network address; when those are used up, credentials are not even looked at
//
// Bad tokens are counted apart from requests without one, so that neither uses up the other's.
import rateLimit from '@fastify/rate-limit';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { networkOf } from '../core/access/index.ts';
import { RegistryError } from '../core/errors.ts';
import type { HttpSettings } from './settings.ts';

/** Each counts the request, tells in the `RateLimit` headers what is left, and refuses (`throttled`) beyond that. */
export interface RateLimits {
  readonly anonymous: (request: FastifyRequest, reply: FastifyReply) => Promise<void>;
  /** Counts nothing: only refuses where bad tokens are used up. */
  readonly beforeToken: (request: FastifyRequest, reply: FastifyReply) => Promise<void>;
  readonly badToken: (request: FastifyRequest, reply: FastifyReply) => Promise<void>;
  readonly goodToken: (request: FastifyRequest, reply: FastifyReply) => Promise<void>;
}

/** Clients remembered per kind; when there are more, those not seen for longest start anew. */
const rememberedClients = 20_000;

export async function rateLimits(
  app: FastifyInstance,
  settings: Pick<HttpSettings, 'requestsPerMinute' | 'anonymousRequestsPerMinute'>,
): Promise<RateLimits> {
  await app.register(rateLimit, { global: false });
  const limit = (max: number, keyGenerator: (request: FastifyRequest) => string) => {
    const options = { max, timeWindow: 60_000, keyGenerator, cache: rememberedClients };
    return app.createRateLimit(options);
  };
  const network = (request: FastifyRequest) => networkOf(request.ip);
  const anonymous = limit(settings.anonymousRequestsPerMinute, network);
  const bad = limit(settings.anonymousRequestsPerMinute, network);
  const good = limit(settings.requestsPerMinute, (request) => request.caller?.token?.id ?? '');
  return {
    anonymous: async (request, reply) => tell(await anonymous(request), reply),
    beforeToken: async (request, reply) => refuse(await bad(request, { increment: false }), reply),
    badToken: async (request, reply) => tell(await bad(request), reply),
    goodToken: async (request, reply) => tell(await good(request), reply),
  };
}

type Counted = Awaited<ReturnType<ReturnType<FastifyInstance['createRateLimit']>>>;

function tell(counted: Counted, reply: FastifyReply): void {
  if (counted.isAllowed) return;
  reply.header('ratelimit-limit', counted.max);
  reply.header('ratelimit-remaining', counted.remaining);
  reply.header('ratelimit-reset', counted.ttlInSeconds);
  if (counted.isExceeded) throw tooMany(counted.max, counted.ttlInSeconds);
}

/** Asked before the request is counted: one that would be the first beyond the limit is refused already. */
function refuse(counted: Counted, reply: FastifyReply): void {
  if (!counted.isAllowed && counted.remaining === 0) tell({ ...counted, isExceeded: true }, reply);
}

function tooMany(max: number, seconds: number): RegistryError {
  return new RegistryError(
    'throttled',
    `There were more than ${max} requests within a minute; go on in ${seconds} s.`,
    { retryAfterSeconds: seconds },
  );
}
