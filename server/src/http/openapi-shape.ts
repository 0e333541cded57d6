// Gives the OpenAPI document that Fastify draws from the routes its last shape. Works on a copy: the same document
// may be asked for again.
import { STATUS_CODES } from 'node:http';
import { type OperationName, operation } from '../core/operations.ts';

type MediaTypes = Readonly<Record<string, { readonly schema?: { readonly contentMediaType?: string } }>>;

interface Answer {
  readonly description?: string;
  readonly content?: MediaTypes;
  readonly $ref?: string;
}

interface Parameter {
  readonly name: string;
  readonly in: string;
  readonly required?: boolean;
  readonly description?: string;
  readonly schema?: { readonly type?: string; readonly default?: unknown };
}

interface BodySchema {
  readonly required?: readonly string[];
  readonly properties?: Readonly<Record<string, { readonly default?: unknown }>>;
}

interface RequestBody {
  readonly content: Readonly<Record<string, { readonly schema: BodySchema }>>;
}

interface DocumentedOperation {
  readonly operationId: OperationName;
  readonly requestBody?: RequestBody;
  readonly parameters?: readonly Parameter[];
  readonly responses?: Readonly<Record<string, Answer>>;
}

export interface OpenapiDocument {
  readonly components?: Readonly<Record<string, unknown>>;
  readonly paths?: Readonly<Record<string, Readonly<Record<string, DocumentedOperation>>>>;
}

/** By the noun of the operations: the tag that gathers them. */
const tagNames: Readonly<Record<string, string>> = {
  account: 'Account',
  token: 'Account',
  user: 'Users and groups',
  group: 'Users and groups',
  upload: 'Uploads',
  package: 'Packages',
  version: 'Packages',
  quarantine: 'Quarantine',
  audit: 'Audit and history',
  history: 'Audit and history',
  item: 'Items',
  event: 'Events',
  webhook: 'Events',
  job: 'Registry',
  registry: 'Registry',
  content: 'Content',
};

export const tags = [
  { name: 'Account', description: 'Registering, logging in and out, and tokens for programs.' },
  { name: 'Users and groups', description: 'Who there is, and who may do what.' },
  { name: 'Uploads', description: 'Bringing packages in.' },
  { name: 'Packages', description: 'What the registry holds.' },
  { name: 'Quarantine', description: 'What did not pass, for reviewers.' },
  { name: 'Events', description: 'Being told what happened, over a stream or by webhooks.' },
  { name: 'Audit and history', description: 'Who did what, when.' },
  { name: 'Items', description: 'A small curated catalogue.' },
  { name: 'Registry', description: 'The registry itself.' },
  { name: 'Content', description: 'What is behind signed addresses: the signature is the permission.' },
];

/**
 * Fastify takes every answer for JSON: here answers get the media type that their schema names (`contentMediaType`),
 * and errors theirs, under the statuses that can happen. Operations get their tags, and the rest of a path a name.
 */
export function shapeDocument(document: OpenapiDocument): OpenapiDocument {
  const paths = Object.entries(document.paths ?? {}).map(([path, { head: _, ...methods }]) => [
    path.replace('{*}', '{path}'),
    Object.fromEntries(
      Object.entries(methods).map(([method, documented]) => [method, shapeOperation(path, documented)]),
    ),
  ]);
  const problem = {
    description: 'A problem document; `code` says which one, `detail` what to do.',
    content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
  };
  return {
    ...document,
    components: { ...document.components, responses: { Problem: problem } },
    paths: Object.fromEntries(paths),
  };
}

function shapeOperation(path: string, documented: DocumentedOperation): DocumentedOperation {
  const [noun = ''] = documented.operationId.split('.');
  const answers = Object.entries(documented.responses ?? {}).map(([status, answer]) => [
    status,
    shapeAnswer(status, answer),
  ]);
  const { operationId, ...rest } = documented;
  const { requestBody, parameters } = documented;
  const told = path.includes('{*}') ? withRestOfPath(parameters) : parameters;
  return {
    operationId,
    ...{ tags: [tagNames[noun] ?? 'Registry'] },
    ...rest,
    ...(told && { parameters: told.map(shapeParameter) }),
    ...(requestBody && { requestBody: shapeBody(requestBody) }),
    responses: { ...Object.fromEntries(answers), ...refusals(path, documented) },
  };
}

function shapeAnswer(status: string, { description, content, ...rest }: Answer): Answer {
  const types = Object.entries(content ?? {}).map(([type, media]) => [
    media.schema?.contentMediaType ?? type,
    media,
  ]);
  const told = description === 'Default Response' ? STATUS_CODES[status] : description;
  return {
    ...rest,
    ...(told !== undefined && { description: told }),
    ...(types.length > 0 && { content: Object.fromEntries(types) }),
  };
}

/** What has a default may be left out; its schema calls it required, because a handler always finds it. */
function shapeParameter(parameter: Parameter): Parameter {
  return parameter.schema?.default === undefined ? parameter : { ...parameter, required: false };
}

function shapeBody({ content, ...rest }: RequestBody): RequestBody {
  const types = Object.entries(content).map(([type, { schema, ...media }]) => {
    const { required, properties } = schema;
    const needed = required?.filter((name) => properties?.[name]?.default === undefined);
    return [type, { ...media, schema: { ...schema, ...(needed && { required: needed }) } }];
  });
  return { ...rest, content: Object.fromEntries(types) };
}

function withRestOfPath(parameters: readonly Parameter[] = []): readonly Parameter[] {
  const named = parameters.filter(({ name }) => name !== '*');
  const description = 'The rest of the path, slashes included.';
  return [...named, { name: 'path', in: 'path', required: true, schema: { type: 'string' }, description }];
}

const problem: Answer = { $ref: '#/components/responses/Problem' };

function refusals(path: string, documented: DocumentedOperation): Record<string, Answer> {
  const needsSomebody = operation(documented.operationId).needs !== 'nothing';
  const hasInput = documented.requestBody !== undefined || documented.parameters !== undefined;
  return {
    ...(hasInput && { 400: problem }),
    ...(needsSomebody && { 401: problem, 403: problem }),
    ...(path.includes('{') && { 404: problem }),
    429: problem,
    default: problem,
  };
}
