// Stands before moto and refuses what S3 refuses and moto lets pass: requests and forms that are not signed, were
// changed or have expired, bytes that do not have the checksum that came with them, copies whose source is another
// than asked for. It holds bodies in memory.
import { createHash } from 'node:crypto';
import {
  createServer,
  type IncomingMessage,
  type OutgoingHttpHeaders,
  request,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { crc32 } from 'node:zlib';
import { admittedForm } from './s3-form-policy.ts';
import {
  type GateCredentials,
  Refusal,
  requirePresigned,
  requireSignedHeader,
  type SignedRequest,
} from './s3-signature.ts';

interface Answer {
  readonly status: number;
  readonly headers: OutgoingHttpHeaders;
  readonly body: Buffer;
}

export interface S3Gate {
  readonly url: string;
  close(): void;
}

/** Of a form, what the object gets as headers. */
const stored = /^(content-type|cache-control|content-disposition|x-amz-(meta-.*|server-side-encryption.*))$/;

export async function openS3Gate(upstream: string, credentials: GateCredentials): Promise<S3Gate> {
  const server = createServer((incoming, response) => {
    answer(incoming, upstream, credentials).then(
      ({ status, headers, body }) => response.writeHead(status, headers).end(body),
      (error) => refuse(response, incoming.method === 'HEAD', error),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  server.unref();
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

async function answer(
  incoming: IncomingMessage,
  upstream: string,
  credentials: GateCredentials,
): Promise<Answer> {
  const [path = '', search = ''] = (incoming.url ?? '').split('?');
  const { method = 'GET', headers } = incoming;
  const signed: SignedRequest = {
    method,
    path,
    query: queryOf(search),
    headers,
    body: await buffer(incoming),
  };
  const type = headers['content-type'] ?? '';
  if (method === 'POST' && headers.authorization === undefined && type.startsWith('multipart/form-data')) {
    return receiveForm(signed, type, upstream, credentials);
  }
  if (headers.authorization !== undefined) requireSignedHeader(signed, credentials, Date.now());
  else if (signed.query.some(([name]) => name === 'X-Amz-Signature'))
    requirePresigned(signed, credentials, Date.now());
  else throw new Refusal(403, 'AccessDenied', 'anonymous requests are not taken');
  requireChecksums(signed);
  await requireCopySource(signed, upstream);
  const passed = await pass(upstream, method, incoming.url ?? '', headers, signed.body);
  return { ...passed, headers: { ...passed.headers, ...overridden(signed, passed.status) } };
}

async function receiveForm(
  { path, body }: SignedRequest,
  type: string,
  upstream: string,
  credentials: GateCredentials,
): Promise<Answer> {
  const bucket = path.split('/')[1] ?? '';
  const { file, fields } = await admittedForm(body, type, bucket, credentials, Date.now());
  const kept = [...fields].filter(([name]) => stored.test(name));
  const credential = fields.get('x-amz-credential') ?? '';
  const { status, headers } = await pass(
    upstream,
    'PUT',
    `/${bucket}/${fields.get('key') ?? ''}`,
    {
      ...Object.fromEntries(kept),
      'content-length': String(file.length),
      authorization: `AWS4-HMAC-SHA256 Credential=${credential}, SignedHeaders=host, Signature=0`,
    },
    file,
  );
  return {
    status: status < 300 ? 204 : status,
    headers: { etag: headers.etag ?? '' },
    body: Buffer.alloc(0),
  };
}

/** S3 compares what came with what was announced; the SDK sends checksums of bodies it has as headers. */
function requireChecksums({ headers, body }: SignedRequest): void {
  const crc = Buffer.alloc(4);
  crc.writeUInt32BE(crc32(body));
  const computed: Readonly<Record<string, () => string>> = {
    'content-md5': () => createHash('md5').update(body).digest('base64'),
    'x-amz-checksum-crc32': () => crc.toString('base64'),
    'x-amz-checksum-sha256': () => createHash('sha256').update(body).digest('base64'),
  };
  for (const [name, compute] of Object.entries(computed)) {
    const given = headers[name];
    if (given !== undefined && given !== compute())
      throw new Refusal(400, 'BadDigest', `${name} does not match`);
  }
}

async function requireCopySource({ headers }: SignedRequest, upstream: string): Promise<void> {
  const { 'x-amz-copy-source': source, 'x-amz-copy-source-if-match': wanted } = headers;
  if (typeof source !== 'string' || typeof wanted !== 'string') return;
  const { authorization } = headers;
  const found = await pass(
    upstream,
    'HEAD',
    `/${source.replace(/^\//, '')}`,
    { authorization },
    Buffer.alloc(0),
  );
  const plain = (etag: unknown) => String(etag).replaceAll('"', '');
  if (found.status < 300 && plain(found.headers.etag) !== plain(wanted))
    throw new Refusal(412, 'PreconditionFailed');
}

/** What an address of S3 says about the headers of its answer. */
function overridden({ query }: SignedRequest, status: number): OutgoingHttpHeaders {
  if (status >= 300) return {};
  const names = query.filter(([name]) => name.startsWith('response-'));
  return Object.fromEntries(names.map(([name, value]) => [name.slice('response-'.length), value]));
}

function pass(
  upstream: string,
  method: string,
  path: string,
  headers: OutgoingHttpHeaders,
  body: Buffer,
): Promise<Answer> {
  const { host: _ofTheGate, ...others } = headers;
  const given = Object.fromEntries(Object.entries(others).filter(([, value]) => value !== undefined));
  return new Promise((resolve, reject) => {
    const outgoing = request(new URL(path, upstream), { method, headers: given }, async (response) => {
      try {
        const { 'transfer-encoding': _framing, connection: _ofUpstream, ...kept } = response.headers;
        resolve({ status: response.statusCode ?? 502, headers: kept, body: await buffer(response) });
      } catch (error) {
        reject(error);
      }
    });
    outgoing.on('error', reject).end(body);
  });
}

function refuse(response: ServerResponse, isHead: boolean, error: unknown): void {
  const { status, code, message } =
    error instanceof Refusal ? error : new Refusal(502, 'BadGateway', String(error));
  const text = message.replace(/[<&]/g, ' ');
  response.writeHead(status, { 'content-type': 'application/xml' });
  response.end(
    isHead ? undefined : `<?xml version="1.0"?><Error><Code>${code}</Code><Message>${text}</Message></Error>`,
  );
}

function queryOf(search: string): SignedRequest['query'] {
  return search
    .split('&')
    .filter((pair) => pair !== '')
    .map((pair) => {
      const at = pair.includes('=') ? pair.indexOf('=') : pair.length;
      const decode = (text: string) => decodeURIComponent(text.replaceAll('+', '%20'));
      return [decode(pair.slice(0, at)), decode(pair.slice(at + 1))] as const;
    });
}
