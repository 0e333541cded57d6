// Answers as AWS gives them and emulators do not: throttling, failures of single entries, lost answers. The real
// client of the SDK sends to it and understands what it answers.
import { Readable } from 'node:stream';

export interface AwsRequest {
  /** `ReceiveMessage`, `PutEvents` … */
  readonly operation: string;
  readonly input: Record<string, unknown>;
}

/** `error`: the name of an exception. `lost`: done, but the connection broke before the answer. */
export type AwsAnswer = { readonly output: object } | { readonly error: string } | { readonly lost: true };

interface HttpRequest {
  readonly headers: Record<string, string>;
  readonly body?: string | Uint8Array;
}

/** Settings for the constructor of a client. `maxAttempts` are made without waiting long. */
export function answering(
  answer: (request: AwsRequest) => AwsAnswer | Promise<AwsAnswer>,
  { maxAttempts = 1 } = {},
) {
  return {
    region: 'eu-central-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    maxAttempts,
    requestHandler: {
      async handle(request: HttpRequest) {
        const given = await answer(understood(request));
        if ('lost' in given) throw Object.assign(new Error('socket hang up'), { code: 'ECONNRESET' });
        const contentType = request.headers['content-type'] ?? '';
        const body = isForm(request) ? xmlOf(given) : JSON.stringify(jsonOf(given));
        const statusCode = 'error' in given ? 400 : 200;
        return {
          response: { statusCode, headers: { 'content-type': contentType }, body: Readable.from([body]) },
        };
      },
    },
  };
}

type Given = Exclude<AwsAnswer, { lost: true }>;

/** Older services take forms and answer in XML, all others speak JSON. */
function isForm({ headers }: HttpRequest): boolean {
  return headers['x-amz-target'] === undefined;
}

function understood(request: HttpRequest): AwsRequest {
  const { headers, body = '' } = request;
  const text = typeof body === 'string' ? body : new TextDecoder().decode(body);
  const input = isForm(request) ? Object.fromEntries(new URLSearchParams(text)) : JSON.parse(text || '{}');
  const operation = headers['x-amz-target']?.split('.').at(-1) ?? String(input.Action);
  return { operation, input };
}

function jsonOf(given: Given): object {
  return 'error' in given ? { __type: given.error, message: given.error } : given.output;
}

function xmlOf(given: Given): string {
  if (!('error' in given)) return '<Response/>';
  return `<ErrorResponse><Error><Type>Sender</Type><Code>${given.error}</Code></Error></ErrorResponse>`;
}
