import type { IncomingMessage } from 'node:http';
import type { Readable } from 'node:stream';
import { Busboy, type BusboyConfig, type BusboyHeaders, type BusboyInstance } from '@fastify/busboy';
import { RegistryError } from '../../core/errors.ts';

/** A form as S3 takes it: the fields, then the file. What comes after the file is not looked at. */
export interface Form {
  readonly fields: Readonly<Record<string, string>>;
  /** Errors when the body ends before the file does. */
  readonly file: Readable;
  /** What the sender calls the file; empty when it does not say. */
  readonly fileName: string;
  readonly contentType: string;
  /** Resolves when the whole form has been read; only once the file was. */
  readonly over: Promise<void>;
}

const limits: BusboyConfig['limits'] = { fields: 20, fieldSize: 2_000, files: 1, parts: 30, headerPairs: 20 };

/** Reads a multipart form up to its field `file`, whose bytes are then streamed. Throws `invalid-request`. */
export function readForm(request: IncomingMessage): Promise<Form> {
  const { promise, resolve, reject } = Promise.withResolvers<Form>();
  const over = Promise.withResolvers<void>();
  const parser = parserOf(request);
  const fields = new Map<string, string>();
  const refuse = (detail: string) => reject(new RegistryError('invalid-request', detail));
  let file: Readable | undefined;
  const breakOff = (cause: Error) => {
    refuse('The form ends before it is complete.');
    file?.destroy(cause);
    over.resolve();
  };
  parser.on('field', (name, value, nameCut, valueCut) => {
    if (nameCut || valueCut) refuse(`The field ${JSON.stringify(name.slice(0, 100))} is too long.`);
    else if (fields.has(name)) refuse(`The field ${JSON.stringify(name)} comes twice.`);
    else fields.set(name, value);
  });
  parser.on('file', (name, stream, fileName, _encoding, contentType) => {
    file = stream;
    stream.on('error', () => {});
    if (name !== 'file') return refuse(`The file comes in the field ${JSON.stringify(name)}, not in “file”.`);
    const named = { fileName: fileName ?? '', contentType: contentType ?? '' };
    resolve({ fields: Object.fromEntries(fields), file: stream, ...named, over: over.promise });
  });
  parser.on('fieldsLimit', () => refuse('The form has too many fields.'));
  parser.on('partsLimit', () => refuse('The form has too many parts.'));
  parser.on('error', (error) => breakOff(error instanceof Error ? error : new Error(String(error))));
  parser.on('finish', () => {
    refuse('The form has no file in a field “file”.');
    over.resolve();
  });
  request.on('error', breakOff);
  request.on('close', () => request.readableEnded || breakOff(new Error('the sender left before the end')));
  request.pipe(parser);
  return promise;
}

function parserOf(request: IncomingMessage): BusboyInstance {
  const { 'content-type': type = '' } = request.headers;
  if (!type.toLowerCase().startsWith('multipart/form-data')) {
    throw new RegistryError(
      'unsupported-content-type',
      `The body is ${JSON.stringify(type)}; a form is sent as multipart/form-data.`,
    );
  }
  try {
    return new Busboy({ headers: request.headers as BusboyHeaders, limits });
  } catch (error) {
    throw new RegistryError('invalid-request', 'The form’s content type names no boundary.', {
      cause: error,
    });
  }
}
