import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Caller } from '../core/caller.ts';
import { RegistryError } from '../core/errors.ts';
import { withHiddenPackages } from '../core/gate/index.ts';
import type { OperationName } from '../core/operations.ts';
import type { RateLimits } from './rate-limit.ts';
import type { Registry } from './registry.ts';

/** A transfer of many parts or ranges is one thing, and whoever watches the server asks often. */
const unlimited: ReadonlySet<OperationName> = new Set([
  'content.receive-form',
  'content.receive-part',
  'content.read',
  'registry.health',
]);

/**
 * Finds out who asks, within the limits of how often they may. What needs no credentials by its nature does not look
 * at them either: who logs in again with an expired token still in the header is not refused for it.
 */
export async function authenticate(
  registry: Pick<Registry, 'authenticate' | 'clock' | 'policyKeeper'>,
  limits: RateLimits,
  operation: OperationName,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<Caller> {
  // A client that has gone already has no address any more.
  const from = { address: request.ip ?? '', requestId: request.id };
  const { authorization } = request.headers;
  if (unlimited.has(operation)) return { user: null, token: null, ...from };
  if (authorization === undefined || operation === 'account.log-in') {
    limits.anonymous(request, reply);
    return { user: null, token: null, ...from };
  }
  limits.beforeToken(request, reply);
  try {
    const caller = await registry.authenticate(authorization, from);
    request.caller = await withHiddenPackages(registry, caller);
  } catch (error) {
    if (error instanceof RegistryError && error.kind === 'unauthenticated') {
      limits.badToken(request, reply);
    }
    throw error;
  }
  limits.goodToken(request, reply);
  return request.caller;
}
