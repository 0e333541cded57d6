import { BlockList, isIPv6 } from 'node:net';
import type { FastifyRequest } from 'fastify';
import Type from 'typebox';
import { type Caller, isAdmin } from '../../../core/caller.ts';
import { RegistryError } from '../../../core/errors.ts';
import { defineRoute } from '../../define-route.ts';
import type { Registry } from '../../registry.ts';

export const metricsRoute = defineRoute({
  operation: 'registry.metrics',
  method: 'GET',
  path: '/metrics',
  description:
    'In the text format of Prometheus. Administrators may read them; who else may is a setting (ASSAY_METRICS_FOR), by ' +
    'default programs on the same machine that connect without a proxy.',
  answers: { 200: Type.String({ contentMediaType: 'text/plain' }) },
  handle: async (registry, { caller, request }, reply) => {
    requireReader(registry, caller, request);
    const { contentType, text } = await registry.telemetry.expose();
    return reply.header('content-type', contentType).send(text);
  },
});

function requireReader({ metricsFor }: Registry, caller: Caller, request: FastifyRequest): void {
  if (isAdmin(caller) || metricsFor === 'anyone') return;
  if (metricsFor === 'loopback' && isLocal(request)) return;
  if (caller.user === null) {
    throw new RegistryError('unauthenticated', 'The metrics need the token of an administrator from here.');
  }
  throw new RegistryError('permission-denied', 'The metrics need the permission `admin` from here.');
}

const loopback = new BlockList();
loopback.addSubnet('127.0.0.0', 8, 'ipv4');
loopback.addAddress('::1', 'ipv6');

/** A proxy on this machine connects from here too, for everybody: what it says it forwards is not local. */
function isLocal({ raw, headers }: FastifyRequest): boolean {
  const forwarded = ['forwarded', 'via', 'x-forwarded-for', 'x-real-ip'].some((name) => name in headers);
  const address = raw.socket.remoteAddress ?? '';
  return !forwarded && loopback.check(address, isIPv6(address) ? 'ipv6' : 'ipv4');
}
