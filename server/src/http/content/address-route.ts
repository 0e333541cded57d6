import type {} from '@fastify/swagger';
import type { FastifyInstance, FastifyReply, FastifyRequest, HTTPMethods } from 'fastify';
import Type, { type TSchema } from 'typebox';
import type { AddressFields } from '../../core/content/index.ts';
import { RegistryError } from '../../core/errors.ts';
import { type OperationName, operation } from '../../core/operations.ts';
import type { StreamedBody } from '../define-route.ts';

export interface AddressRoute {
  readonly operation: OperationName;
  readonly method: 'GET' | 'POST' | 'PUT';
  readonly path: string;
  readonly description: string;
  readonly streamed?: StreamedBody;
  readonly answers: Readonly<Record<number, TSchema>>;
  readonly handler: (
    request: FastifyRequest<{ Params: Record<'upload' | 'part' | 'digest', string> }>,
    reply: FastifyReply,
  ) => Promise<unknown>;
}

const Params = {
  upload: Type.String({ maxLength: 64, pattern: '^[A-Za-z0-9-]+$' }),
  part: Type.String({ pattern: '^[1-9][0-9]{0,4}$' }),
  digest: Type.String({ pattern: '^[0-9a-f]{64}$' }),
};

/**
 * A route whose permission is in the address: nobody is authenticated, and no request is counted, since whoever
 * got the address was. By any other method the address is refused.
 */
export function addressRoute(app: FastifyInstance, route: AddressRoute): void {
  const { method, path, description, streamed, answers, handler } = route;
  const names = Object.keys(Params).filter((name) => path.includes(`:${name}`)) as (keyof typeof Params)[];
  const params = Type.Object(Object.fromEntries(names.map((name) => [name, Params[name]])));
  const methods: HTTPMethods[] = method === 'GET' ? ['GET', 'HEAD'] : [method];
  app.route<{ Params: Record<keyof typeof Params, string> }>({
    method: methods,
    url: path,
    schema: {
      operationId: route.operation,
      summary: operation(route.operation).title,
      description,
      params,
      ...(streamed && { streamed }),
      response: { ...answers, default: { $ref: 'Problem#' } },
      security: [],
    },
    config: { operation: route.operation },
    exposeHeadRoute: false,
    handler,
  });
  app.route({
    method: (['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'] as const).filter(
      (one) => !methods.includes(one),
    ),
    url: path,
    schema: { hide: true },
    config: { operation: route.operation },
    exposeHeadRoute: false,
    handler: async (request) => {
      throw new RegistryError(
        'address-invalid',
        `This is an address for ${method}, not for ${request.method}.`,
      );
    },
  });
}

/** What the query of an address says; one that says something twice was not made by us. */
export function fieldsOf(query: unknown): AddressFields {
  for (const [name, value] of Object.entries(query ?? {})) {
    if (typeof value === 'string') continue;
    throw new RegistryError('address-invalid', `The address says ${JSON.stringify(name)} more than once.`);
  }
  return query as AddressFields;
}
