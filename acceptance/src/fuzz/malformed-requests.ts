// Malformed requests, made from the operations of the OpenAPI document: most of each is right, so that it gets far.
import type { Chance } from '../crashes/chance.ts';
import { oddText, oddValue, one, type Schema, valueFor } from './odd-values.ts';
import type { RawRequest } from './raw-request.ts';

interface Parameter {
  readonly name: string;
  readonly in: 'path' | 'query';
  readonly schema: Schema;
}

interface DocumentedOperation {
  readonly operationId: string;
  readonly parameters?: readonly Parameter[];
  readonly requestBody?: { readonly content: Readonly<Record<string, { readonly schema?: Schema }>> };
}

export interface ApiDocument {
  readonly paths: Readonly<Record<string, Readonly<Record<string, DocumentedOperation>>>>;
}

interface Target {
  readonly method: string;
  readonly path: string;
  readonly parameters: readonly Parameter[];
  readonly body: Schema | undefined;
  readonly operation: string;
}

export interface Malformed extends RawRequest {
  readonly what: string;
  /** An answer to it that tells of an error has no body. */
  readonly isHead: boolean;
}

export class MalformedRequests {
  readonly #targets: readonly Target[];
  /** Ids of things that are there. */
  readonly #ids: readonly string[];
  readonly #token: string;

  constructor(document: ApiDocument, ids: readonly string[], token: string) {
    this.#targets = Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, { operationId, parameters = [], requestBody }]) => ({
        method: method.toUpperCase(),
        path,
        parameters,
        body: requestBody?.content['application/json']?.schema,
        operation: operationId,
      })),
    );
    this.#ids = ids;
    this.#token = token;
  }

  get operations(): readonly string[] {
    return this.#targets.map(({ operation }) => operation);
  }

  next(chance: Chance): Malformed {
    if (chance.happens(0.03)) return garbage(chance);
    const target = one(chance, this.#targets);
    // The administrator, whose token it is, must be able to go on.
    const mayAsAdmin = target.operation !== 'account.log-out';
    const isAdmin = mayAsAdmin && chance.happens(0.6);
    const method = chance.happens(0.04) ? one(chance, oddMethods) : target.method;
    const path = this.#path(chance, target);
    const { headers, body, isIncomplete } = bodyOf(chance, target);
    const authorization =
      isAdmin && !chance.happens(0.02) ? `Bearer ${this.#token}` : oddAuthorization(chance);
    const lines = [
      `${method} ${path} HTTP/1.1`,
      'Host: localhost',
      'Connection: close',
      ...(authorization === undefined ? [] : [`Authorization: ${authorization}`]),
      ...headers,
      ...oddHeaders(chance),
    ];
    return {
      what: `${target.operation} as ${isAdmin ? 'administrator' : 'anybody'}: ${method} ${path.slice(0, 300)}`,
      bytes: Buffer.concat([Buffer.from(`${lines.join('\r\n')}\r\n\r\n`), body]),
      isIncomplete,
      isHead: method === 'HEAD',
    };
  }

  #path(chance: Chance, { path, parameters }: Target): string {
    if (chance.happens(0.04)) return `${one(chance, oddPaths)}${chance.happens(0.5) ? path : ''}`;
    const filled = path.replaceAll(/\{\w+\}/g, () => {
      if (chance.happens(0.6)) return one(chance, this.#ids);
      return chance.happens(0.3) ? one(chance, oddEscapes) : encoded(oddText(chance));
    });
    const query = parameters
      .filter((parameter) => parameter.in === 'query' && chance.happens(0.5))
      .map(({ name, schema }) => `${name}=${encoded(String(valueFor(chance, schema, 0.5)))}`);
    if (chance.happens(0.1)) query.push(one(chance, oddQueries));
    return query.length === 0 ? filled : `${filled}?${query.join('&')}`;
  }
}

/** Percent-encoded, lone surrogates as what they are not. */
function encoded(text: string): string {
  return encodeURIComponent(text.toWellFormed());
}

const oddMethods = [
  'HEAD',
  'OPTIONS',
  'TRACE',
  'PROPFIND',
  'PURGE',
  'get',
  'PUT',
  'PATCH',
  'POST',
  'DELETE',
  'FOO',
  'M-SEARCH',
  'CONNECT',
];
const oddEscapes = [
  '%',
  '%zz',
  '%00',
  '%ff',
  '%c0%ae%c0%ae',
  '%2e%2e%2f',
  '%252e',
  '%ed%a0%80',
  '..',
  '.',
  '%2f',
  '%5c',
  ';a=b',
  '\xff\xfe',
  '~',
  '*',
  '{id}',
];
const oddPaths = [
  '*',
  '//',
  '/..',
  '/%2e%2e',
  'http://elsewhere.example',
  '/api//',
  '/api/packages/%',
  `/${'a'.repeat(9_000)}`,
  `/api/packages/${'%41'.repeat(1_500)}`,
  '/api\\packages',
  '/API/PACKAGES',
  '/api/packages#x',
  '/api/docs/static/../../../package.json',
  '/api/docs/static/%2e%2e%2f%2e%2e%2fpackage.json',
  '/.git/config',
  '/favicon.ico',
  'nothing',
  '/api/docs/',
  '/content/packages/',
  '/content/incoming/x/parts/0',
];
const oddQueries = [
  'a=%',
  '__proto__[x]=1',
  'constructor=1',
  'limit=1&limit=2',
  'limit[]=1',
  'after=%00',
  '&&==&',
  `q=${'a+'.repeat(2_000)}`,
  'q=%ff%fe',
  '?',
  'expires=NaN&signature=%00&nonce=x&signed-by=x',
  'redirect=yes',
  `${'a=1&'.repeat(1_500)}a=1`,
];

function oddAuthorization(chance: Chance): string | undefined {
  if (chance.happens(0.8)) return undefined;
  return one(chance, [
    '',
    'Bearer',
    'Bearer ',
    'Basic YTpi',
    `Bearer ${'x'.repeat(6_000)}`,
    'Bearer eyJhbGciOiJub25lIn0.eyJzdWIiOiJhZG1pbiJ9.',
    'Bearer a.b.c',
    'Bearer assay_',
    'Bearer \x01',
    'Digest a=b',
    'Bearer x, Bearer y',
  ]);
}

function oddHeaders(chance: Chance): string[] {
  if (chance.happens(0.7)) return [];
  return chance.some(
    [
      'Range: bytes=-',
      'Range: bytes=9999999999999999999999-',
      `Range: bytes=${'0-1,'.repeat(500)}`,
      'If-Range: x',
      'If-Match: \xe9',
      'If-None-Match: W/W/""',
      'Accept: text/html;q=x, */*;q=-1',
      'Accept-Encoding: nothing, identity;q=0',
      'Origin: null',
      'Origin: \x7f',
      'Last-Event-ID: \xc3\xa9',
      `Last-Event-ID: ${'9'.repeat(100)}`,
      'X-Forwarded-For: 1.2.3.4, ::1, nonsense',
      'X-Request-Id: a\tb',
      'X-HTTP-Method-Override: DELETE',
      'Upgrade: websocket',
      'Upgrade: h2c',
      'Expect: 100-continue',
      'Expect: wonders',
      'Cookie: =;;=',
      'Host: other.example',
      'Content-Encoding: gzip',
      'Content-Language: x',
      'Access-Control-Request-Method: \x01',
      `X-Long: ${'x'.repeat(20_000)}`,
      ...[`X-Many: ${'\r\nX-Many: 1'.repeat(300)}`],
      'No colon here',
      ': no name',
      'Transfer-Encoding: gzip, chunked',
      'TE: trailers, deflate',
    ],
    chance.between(1, 3),
  );
}

interface Sent {
  readonly headers: readonly string[];
  readonly body: Buffer;
  readonly isIncomplete: boolean;
}

const oddTypes = [
  'text/plain',
  'application/xml',
  'application/json; charset=utf-16',
  'application/json;;;=',
  'multipart/form-data',
  'multipart/form-data; boundary=',
  `multipart/form-data; boundary=${'b'.repeat(300)}`,
  'application/x-www-form-urlencoded',
  'application/octet-stream',
  'nonsense',
  '',
  '/',
  'application/problem+json',
  'text/html; charset="',
  '\xff/\xff',
];

function bodyOf(chance: Chance, { body: schema, method, path }: Target): Sent {
  if (path.endsWith('/upload') || path.startsWith('/content/incoming')) {
    if (chance.happens(0.8)) return multipart(chance);
  }
  if (schema === undefined && (method === 'GET' || chance.happens(0.7))) {
    return chance.happens(0.9) ? nothing : jsonBody(chance, oddValue(chance));
  }
  const value =
    schema === undefined ? oddValue(chance) : valueFor(chance, schema, one(chance, [0, 0.1, 0.3, 0.6]));
  return jsonBody(chance, value);
}

const nothing: Sent = { headers: [], body: Buffer.alloc(0), isIncomplete: false };

function jsonBody(chance: Chance, value: unknown): Sent {
  const text = JSON.stringify(value) ?? 'undefined';
  const broken = chance.happens(0.25) ? brokenText(chance, text) : Buffer.from(text);
  const type = chance.happens(0.1) ? one(chance, oddTypes) : 'application/json';
  return framed(chance, [`Content-Type: ${type}`], broken);
}

function brokenText(chance: Chance, text: string): Buffer {
  const cut = text.slice(0, chance.between(0, text.length));
  return one<() => Buffer>(chance, [
    () => Buffer.from(cut),
    () => Buffer.alloc(0),
    () => Buffer.from(`\ufeff${text}`),
    () => Buffer.from(`${text}${text}`),
    () => Buffer.from('['.repeat(50_000)),
    () => Buffer.from(`${'{"a":'.repeat(20_000)}1${'}'.repeat(20_000)}`),
    () => Buffer.from('{"__proto__":{"permissions":["admin"]},"constructor":{"prototype":{"x":1}}}'),
    () => Buffer.from(`{"name":"a","name":{"name":1}}`),
    () => Buffer.from([0xff, 0xfe, 0x00, 0x80, 0xc3, 0x28]),
    () => Buffer.from(text, 'utf16le'),
    () => Buffer.from('NaN'),
    () => Buffer.from("{'single': undefined}"),
    () => Buffer.from(`"${'x'.repeat(chance.happens(0.1) ? 1_100_000 : 10_000)}"`),
  ])();
}

function multipart(chance: Chance): Sent {
  const part = (head: string, content: string | Buffer) =>
    Buffer.concat([Buffer.from(`--b\r\n${head}\r\n\r\n`), Buffer.from(content), Buffer.from('\r\n')]);
  const field = (name: string, value: string) =>
    part(`Content-Disposition: form-data; name="${name}"`, value);
  const file = (content: string) =>
    part(
      'Content-Disposition: form-data; name="file"; filename="a.zip"\r\nContent-Type: application/zip',
      content,
    );
  const parts = chance.some(
    [
      field('package_name', chance.happens(0.6) ? `fuzzed-${chance.between(0, 50)}` : oddText(chance)),
      field('version', chance.happens(0.6) ? `1.0.${chance.between(0, 1_000)}` : oddText(chance)),
      field('kind', chance.happens(0.6) ? 'code' : oddText(chance)),
      field('digest', oddText(chance)),
      field('key', oddText(chance)),
      field('expires', oddText(chance)),
      field('signature', oddText(chance)),
      field('__proto__', 'x'),
      field('long', 'x'.repeat(chance.happens(0.05) ? 300_000 : 100)),
      part('Content-Disposition: form-data', 'no name'),
      part(`Content-Disposition: form-data; name="file"; filename="${'../'.repeat(30)}x"`, 'x'),
      part('Content-Disposition: form-data; name="file"; filename*=UTF-8\'\'%ff', 'x'),
      part('X-No-Disposition: 1', ''),
      part(`X-Long: ${'x'.repeat(20_000)}`, ''),
      file('PK\x05\x06 but no archive'),
      file(''),
    ],
    chance.between(0, 8),
  );
  const end = chance.happens(0.7) ? '--b--\r\n' : one(chance, ['', '--b', '--b-', '--c--\r\n', '\r\n--b--']);
  const type = chance.happens(0.1) ? one(chance, oddTypes) : 'multipart/form-data; boundary=b';
  return framed(chance, [`Content-Type: ${type}`], Buffer.concat([...parts, Buffer.from(end)]));
}

/** How the length of the body is told: rightly, wrongly, twice, in chunks, in broken chunks. */
function framed(chance: Chance, headers: readonly string[], body: Buffer): Sent {
  const sent = (more: readonly string[], bytes: Buffer = body, isIncomplete = false): Sent => ({
    headers: [...headers, ...more],
    body: bytes,
    isIncomplete,
  });
  const chunk = (bytes: Buffer, size = bytes.length.toString(16)) =>
    Buffer.concat([Buffer.from(`${size}\r\n`), bytes, Buffer.from('\r\n')]);
  const last = Buffer.from('0\r\n\r\n');
  const chunked = 'Transfer-Encoding: chunked';
  const how = chance.pick({
    right: 20,
    chunks: 2,
    short: 1,
    negative: 0.5,
    both: 0.5,
    brokenChunk: 1,
    endless: 1,
    none: 1,
  });
  if (how === 'right') return sent([`Content-Length: ${body.length}`]);
  if (how === 'chunks')
    return sent([chunked], Buffer.concat([...(body.length > 0 ? [chunk(body)] : []), last]));
  if (how === 'short') return sent([`Content-Length: ${body.length + 100}`], body, true);
  if (how === 'negative')
    return sent(
      [`Content-Length: ${one(chance, ['-1', '1e3', '0x10', 'x', '99999999999999999999'])}`],
      body,
      true,
    );
  if (how === 'both')
    return sent([chunked, `Content-Length: ${body.length}`], Buffer.concat([chunk(body), last]), true);
  if (how === 'brokenChunk')
    return sent([chunked], chunk(body, one(chance, ['zz', '-5', 'ffffffffffffffffff', ''])), true);
  if (how === 'endless') return sent([chunked], chunk(body), true);
  return sent([], body, true);
}

/** No requests at all. */
function garbage(chance: Chance): Malformed {
  const noise = Buffer.from(Array.from({ length: chance.between(1, 500) }, () => chance.between(0, 256)));
  const texts = [
    'GET',
    'GET / HTTP/9.9\r\n\r\n',
    'GET / HTTP/1.1\r\n\r\n',
    'GET / HTTP/1.0\r\n\r\n',
    'GET /api/packages HTTP/1.1\nHost: x\n\n',
    '\r\n\r\n\r\n',
    'HELO there\r\n',
    'GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n',
    'GET http://%/ HTTP/1.1\r\nHost: x\r\n\r\n',
    `GET / HTTP/1.1\r\nHost: x\r\n${'A: b\r\n'.repeat(5_000)}\r\n`,
    `GET /${'x'.repeat(100_000)} HTTP/1.1\r\nHost: x\r\n\r\n`,
    'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n',
    'POST /api/items HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nab',
    'GET /health HTTP/1.1\r\nHost: x\r\n\r\nGET /health HTTP/1.1\r\nHost: x\r\n\r\nnonsense\r\n\r\n',
    '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03',
  ];
  const bytes = chance.happens(0.4) ? noise : Buffer.from(one(chance, texts), 'latin1');
  return {
    what: `garbage: ${JSON.stringify(bytes.toString('latin1').slice(0, 60))}`,
    bytes,
    isIncomplete: true,
    isHead: false,
  };
}
