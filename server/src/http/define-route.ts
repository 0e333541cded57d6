import type { FastifyReply, FastifyRequest, HTTPMethods } from 'fastify';
import type { Static, TSchema } from 'typebox';
import type { AuditSubject } from '../core/audit/index.ts';
import type { Caller } from '../core/caller.ts';
import type { OperationName } from '../core/operations.ts';
import type { Registry } from './registry.ts';

/** What a handler gets: who asks and what was asked, validated and typed by the route's schemas. */
export interface Asked<Params, Query, Body> {
  readonly caller: Caller;
  readonly params: Params;
  readonly query: Query;
  readonly body: Body;
  readonly request: FastifyRequest;
}

/** A body that nobody validates before it is read: what it is, for the documentation. */
export interface StreamedBody {
  readonly type: string;
  readonly schema: TSchema;
}

/**
 * One route of a face. Permission, audit, metric, log and OpenAPI operationId follow from `operation`; the
 * handler parses nothing and decides nothing: it calls one use case and presents what it returns.
 */
export interface Route {
  readonly operation: OperationName;
  readonly method: HTTPMethods;
  readonly path: string;
  /** What a reader of the API documentation should know beyond the operation's title. */
  readonly description: string;
  readonly params: TSchema | undefined;
  readonly query: TSchema | undefined;
  readonly body: TSchema | undefined;
  /** A body that the handler reads by itself, from the raw request. */
  readonly streamed: StreamedBody | undefined;
  /** Status → schema of every answer but errors, which are problem documents. The first is the usual one. */
  readonly answers: Readonly<Record<number, TSchema>>;
  /** `body` is as it was sent, perhaps not even valid. */
  readonly subject: (params: Readonly<Record<string, string>>, body: unknown) => AuditSubject;
  readonly handle: (
    registry: Registry,
    asked: Asked<unknown, unknown, unknown>,
    reply: FastifyReply,
  ) => Promise<unknown>;
}

export function defineRoute<
  Params extends TSchema = TSchema,
  Query extends TSchema = TSchema,
  Body extends TSchema = TSchema,
>(route: {
  operation: OperationName;
  method: HTTPMethods;
  path: string;
  description?: string;
  params?: Params;
  query?: Query;
  body?: Body;
  streamed?: StreamedBody;
  answers: Readonly<Record<number, TSchema>>;
  /** What an audit entry of a refusal or a reading says it was about. */
  subject?: (params: Readonly<Record<string, string>>, body: unknown) => AuditSubject;
  handle: (
    registry: Registry,
    asked: Asked<Static<Params>, Static<Query>, Static<Body>>,
    reply: FastifyReply,
  ) => Promise<unknown>;
}): Route {
  return {
    description: '',
    params: undefined,
    query: undefined,
    body: undefined,
    streamed: undefined,
    subject: () => ({}),
    ...route,
    handle: route.handle as Route['handle'],
  };
}
