import { Readable } from 'node:stream';
import type { FastifyReply } from 'fastify';
import Type from 'typebox';
import { memberStream, type PackageFile } from '../../../core/checks/index.ts';
import { type ByteRange, packageKey } from '../../../core/content/index.ts';
import { RegistryError } from '../../../core/errors.ts';
import { readFile } from '../../../core/gate/index.ts';
import { byteRangeOf } from '../../content/byte-range.ts';
import { attachment } from '../../content/content-disposition.ts';
import { defineRoute } from '../../define-route.ts';
import { Id } from '../../schemas.ts';
import { VersionQuery } from './package-schema.ts';

export const readFileRoute = defineRoute({
  operation: 'version.read-file',
  method: 'GET',
  path: '/api/packages/:id/files/*',
  description:
    'One file inside. `Range` works on files that are stored plainly; on others it is passed over.',
  params: Type.Object({ id: Id, '*': Type.String({ maxLength: 4_000 }) }),
  query: Type.Object(VersionQuery),
  answers: { 200: Type.Any(), 206: Type.Any() },
  subject: ({ id = '', '*': path = '' }) => ({ packageId: id, kind: 'file', id: path }),
  handle: async (registry, { caller, params, query, request }, reply) => {
    const asked = { packageId: params.id, label: query.version, path: params['*'] };
    const { file, digest } = await readFile(registry, caller, asked);
    const range = wantedRange(request.headers, file, reply);
    const read = (stored: ByteRange) => registry.content.read(packageKey(digest), stored);
    // Fastify would read and throw away all that a HEAD does not send.
    const bytes = request.method === 'HEAD' ? Readable.from([]) : await memberStream(read, file, range);
    return reply.headers(headersOf(file, range)).send(bytes);
  },
});

/** Undefined: the whole file. */
function wantedRange(
  headers: { range?: string | undefined; 'if-range'?: string | undefined },
  file: PackageFile,
  reply: FastifyReply,
): ByteRange | undefined {
  const etag = etagOf(file);
  const rangeable = file.method === 'stored' && (headers['if-range'] ?? etag) === etag;
  const range = rangeable ? byteRangeOf(headers.range, file.sizeBytes) : 'whole';
  if (range === 'whole') return undefined;
  if (range === 'outside') {
    reply.header('content-range', `bytes */${file.sizeBytes}`);
    throw new RegistryError(
      'range-not-satisfiable',
      `${headers.range} lies outside of ${file.sizeBytes} bytes.`,
    );
  }
  reply.code(206).header('content-range', `bytes ${range.start}-${range.end - 1}/${file.sizeBytes}`);
  return range;
}

/** Whatever is inside was made by others: a browser saves it, and never runs it as a page of ours. */
function headersOf(file: PackageFile, range: ByteRange | undefined): Record<string, string | number> {
  return {
    etag: etagOf(file),
    'content-type': 'application/octet-stream',
    'content-length': range === undefined ? file.sizeBytes : range.end - range.start,
    'content-disposition': attachment(file.path.split('/').at(-1) ?? ''),
    'accept-ranges': file.method === 'stored' ? 'bytes' : 'none',
    'cache-control': 'private, no-cache',
  };
}

function etagOf(file: PackageFile): string {
  return `"${file.digest}"`;
}
