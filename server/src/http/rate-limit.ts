// How many requests a minute one client may make. Counted in this process, in fixed windows of a minute:
//
//   without credentials    per network address, before any work is done
//   with a good token      per token; when they are used up, the token is not even looked at
//   with a bad one         per network address; when those are used up, no credentials are looked at
//
// Bad tokens are counted apart from requests without one, so that neither uses up the other's. Credentials that are not
// looked at lose no use of their session.
import type { FastifyReply, FastifyRequest } from 'fastify';
import { networkOf } from '../core/access/index.ts';
import type { Clock } from '../core/clock.ts';
import { RegistryError } from '../core/errors.ts';
import { RequestWindows, type Window } from './request-windows.ts';
import type { HttpSettings } from './settings.ts';

/** Each counts the request, tells in the `RateLimit` headers what is left, and refuses (`throttled`) beyond that. */
export interface RateLimits {
  readonly anonymous: (request: FastifyRequest, reply: FastifyReply) => void;
  /** Counts nothing: only refuses where the requests of this token, or the bad tokens of its address, are used up. */
  readonly beforeToken: (request: FastifyRequest, reply: FastifyReply) => void;
  readonly badToken: (request: FastifyRequest, reply: FastifyReply) => void;
  readonly goodToken: (request: FastifyRequest, reply: FastifyReply) => void;
}

export function rateLimits(
  { clock }: { clock: Clock },
  settings: Pick<HttpSettings, 'requestsPerMinute' | 'anonymousRequestsPerMinute'>,
): RateLimits {
  const perToken = settings.requestsPerMinute;
  const perAddress = settings.anonymousRequestsPerMinute;
  const anonymous = new RequestWindows();
  const bad = new RequestWindows();
  const good = new RequestWindows();
  const now = () => clock.now().getTime();

  function beforeToken(request: FastifyRequest, reply: FastifyReply): void {
    const at = now();
    refuseUsedUp(good.find(request.headers.authorization ?? '', at), perToken, at, reply);
    refuseUsedUp(bad.find(networkOf(request.ip), at), perAddress, at, reply);
  }

  function goodToken(request: FastifyRequest, reply: FastifyReply): void {
    const at = now();
    const window = good.count(request.caller?.token?.id ?? '', at);
    // From now on without looking at the token to see whose it is.
    if (window.requests >= perToken) good.remember(request.headers.authorization ?? '', window);
    tell(window, perToken, at, reply);
  }

  return {
    anonymous: (request, reply) =>
      tell(anonymous.count(networkOf(request.ip), now()), perAddress, now(), reply),
    beforeToken,
    badToken: (request, reply) => tell(bad.count(networkOf(request.ip), now()), perAddress, now(), reply),
    goodToken,
  };
}

/** Tells what is left, and refuses a request that was counted beyond it. */
function tell({ requests, endsAt }: Window, maximum: number, now: number, reply: FastifyReply): void {
  const seconds = Math.ceil((endsAt - now) / 1_000);
  reply.header('ratelimit-limit', maximum);
  reply.header('ratelimit-remaining', Math.max(0, maximum - requests));
  reply.header('ratelimit-reset', seconds);
  if (requests > maximum) throw tooMany(maximum, seconds);
}

/** Asked before the request is counted: one that would be the first beyond the maximum is refused already. */
function refuseUsedUp(window: Window | undefined, maximum: number, now: number, reply: FastifyReply): void {
  if (window === undefined || window.requests < maximum) return;
  tell({ requests: maximum + 1, endsAt: window.endsAt }, maximum, now, reply);
}

function tooMany(maximum: number, seconds: number): RegistryError {
  return new RegistryError(
    'throttled',
    `There were more than ${maximum} requests within a minute; go on in ${seconds} s.`,
    { retryAfterSeconds: seconds },
  );
}
