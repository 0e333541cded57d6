import { isIP } from 'node:net';
import type { FastifyInstance } from 'fastify';

/**
 * Takes where a request came from out of `header` instead of X-Forwarded-For: some proxies hand that on as clients have sent
 * it, or say nothing in it. It counts for as much: of a connection that is not a trusted proxy's neither is believed. Nor is
 * X-Forwarded-For where the header is there and no address.
 */
export function takeClientAddressFrom(app: FastifyInstance, header: string): void {
  // Before everything else that listens.
  app.server.prependListener('request', ({ headers }) => {
    const address = headers[header];
    if (address === undefined) return;
    if (typeof address === 'string' && isIP(address) !== 0) headers['x-forwarded-for'] = address;
    else delete headers['x-forwarded-for'];
  });
}
