import { Readable } from 'node:stream';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { memberStream, type PackageFile } from '../../../core/checks/index.ts';
import {
  attachment,
  type ByteRange,
  type ContentKey,
  type ContentStore,
} from '../../../core/content/index.ts';
import { RegistryError } from '../../../core/errors.ts';
import { byteRangeOf } from '../../content/byte-range.ts';

/** Answers with one file inside the package that lies under `key`, or the range of it that is asked for. */
export async function answerFile(
  content: Pick<ContentStore, 'read'>,
  { key, file }: { key: ContentKey; file: PackageFile },
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  // Fastify would read and throw away all that a HEAD does not send.
  if (request.method === 'HEAD') return reply.headers(headersOf(file, undefined)).send(Readable.from([]));
  const range = wantedRange(request.headers, file, reply);
  const bytes = await memberStream((stored) => content.read(key, stored), file, range);
  return reply.headers(headersOf(file, range)).send(bytes);
}

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
