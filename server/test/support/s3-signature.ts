// Signature version 4 of AWS, verified: written from its specification and apart from the SDK that signs.
// https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-authenticating-requests.html
import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';

export interface GateCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

/** A refusal as S3 words it. */
export class Refusal extends Error {
  readonly status: number;
  readonly code: string;

  constructor(status: number, code: string, message = code) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

export interface SignedRequest {
  readonly method: string;
  /** As it was sent, percent-encoded. */
  readonly path: string;
  /** Decoded, in the order in which they came. */
  readonly query: readonly (readonly [name: string, value: string])[];
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

const clockSkewMs = 15 * 60_000;
const longestSeconds = 7 * 24 * 3_600;

/** Throws unless the header `Authorization` is that of who has the credentials, for this very request. */
export function requireSignedHeader(request: SignedRequest, credentials: GateCredentials, now: number): void {
  const given = Object.fromEntries(
    (request.headers.authorization ?? '')
      .replace(/^AWS4-HMAC-SHA256\s+/, '')
      .split(/,\s*/)
      .map((field) => [field.slice(0, field.indexOf('=')), field.slice(field.indexOf('=') + 1)]),
  );
  const date = String(request.headers['x-amz-date'] ?? '');
  if (Math.abs(timeOf(date) - now) > clockSkewMs) throw new Refusal(403, 'RequestTimeTooSkewed');
  const payload = String(request.headers['x-amz-content-sha256'] ?? hash(request.body));
  const signedHeaders = (given.SignedHeaders ?? '').split(';');
  requireSignature(request, credentials, {
    credential: given.Credential ?? '',
    date,
    signedHeaders,
    payload,
    signature: given.Signature ?? '',
  });
  if (/^[0-9a-f]{64}$/.test(payload) && hash(request.body) !== payload) {
    throw new Refusal(400, 'XAmzContentSHA256Mismatch');
  }
}

/** Throws unless the query is that of an address which such a person has signed and which has not expired. */
export function requirePresigned(request: SignedRequest, credentials: GateCredentials, now: number): void {
  const query = new Map(request.query);
  const [date, seconds] = [query.get('X-Amz-Date') ?? '', Number(query.get('X-Amz-Expires'))];
  const signedAt = timeOf(date);
  if (!(seconds >= 1 && seconds <= longestSeconds))
    throw new Refusal(400, 'AuthorizationQueryParametersError');
  if (signedAt - clockSkewMs > now || signedAt + seconds * 1_000 < now) {
    throw new Refusal(403, 'AccessDenied', 'Request has expired');
  }
  const signedHeaders = (query.get('X-Amz-SignedHeaders') ?? '').split(';');
  const unsigned = Object.keys(request.headers).find(
    (name) => name.startsWith('x-amz-') && !signedHeaders.includes(name),
  );
  if (unsigned !== undefined) throw new Refusal(403, 'AccessDenied', `The header ${unsigned} is not signed`);
  requireSignature(request, credentials, {
    credential: query.get('X-Amz-Credential') ?? '',
    date,
    signedHeaders,
    payload: query.get('X-Amz-Content-Sha256') ?? 'UNSIGNED-PAYLOAD',
    signature: query.get('X-Amz-Signature') ?? '',
  });
}

/** Throws unless the text was signed for this scope: `<access key>/<day>/<region>/<service>/aws4_request`. */
export function requireSignedText(
  text: string,
  credentials: GateCredentials,
  { credential, signature }: { credential: string; signature: string },
): void {
  const [accessKeyId, ...scope] = credential.split('/');
  if (accessKeyId !== credentials.accessKeyId) throw new Refusal(403, 'InvalidAccessKeyId');
  if (scope.length !== 4 || scope[3] !== 'aws4_request')
    throw new Refusal(400, 'AuthorizationHeaderMalformed');
  const key = scope.reduce<Buffer | string>(
    (secret, part) => keyed(secret, part),
    `AWS4${credentials.secretAccessKey}`,
  );
  const [expected, given] = [Buffer.from(keyed(key, text).toString('hex')), Buffer.from(signature)];
  if (expected.length === given.length && timingSafeEqual(expected, given)) return;
  throw new Refusal(403, 'SignatureDoesNotMatch');
}

function requireSignature(
  { method, path, query, headers }: SignedRequest,
  credentials: GateCredentials,
  given: {
    credential: string;
    date: string;
    signedHeaders: readonly string[];
    payload: string;
    signature: string;
  },
): void {
  if (!given.signedHeaders.includes('host'))
    throw new Refusal(403, 'SignatureDoesNotMatch', 'host is not signed');
  const canonical = [
    method,
    path
      .split('/')
      .map((segment) => encoded(decodeURIComponent(segment)))
      .join('/'),
    canonicalQuery(query),
    ...given.signedHeaders.map(
      (name) =>
        `${name}:${String(headers[name] ?? '')
          .trim()
          .replace(/\s+/g, ' ')}`,
    ),
    '',
    given.signedHeaders.join(';'),
    given.payload,
  ].join('\n');
  const scope = given.credential.split('/').slice(1).join('/');
  requireSignedText(['AWS4-HMAC-SHA256', given.date, scope, hash(canonical)].join('\n'), credentials, given);
}

function canonicalQuery(query: SignedRequest['query']): string {
  return query
    .filter(([name]) => name !== 'X-Amz-Signature')
    .map(([name, value]) => [encoded(name), encoded(value)] as const)
    .sort(([a, x], [b, y]) => (a < b || (a === b && x < y) ? -1 : 1))
    .map((pair) => pair.join('='))
    .join('&');
}

function encoded(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

/** `20260131T120000Z` */
function timeOf(date: string): number {
  const [, y, mo, d, h, mi, s] = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(date) ?? [];
  const time = Date.parse(`${y}-${mo}-${d}T${h}:${mi}:${s}Z`);
  if (Number.isNaN(time)) throw new Refusal(403, 'AccessDenied', 'there is no valid date');
  return time;
}

function keyed(key: Buffer | string, data: string): Buffer {
  return createHmac('sha256', key).update(data).digest();
}

function hash(data: Buffer | string): string {
  return createHash('sha256').update(data).digest('hex');
}
