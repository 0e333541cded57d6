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

/** Settings for the constructor of a client of a service that speaks JSON. `maxAttempts` are made without waiting long. */
export function answering(
  answer: (request: AwsRequest) => AwsAnswer | Promise<AwsAnswer>,
  { maxAttempts = 1 } = {},
) {
  return {
    region: 'eu-central-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    maxAttempts,
    requestHandler: {
      async handle({ headers, body }: HttpRequest) {
        const operation = (headers['x-amz-target'] ?? '').split('.').at(-1) ?? '';
        const given = await answer({
          operation,
          input: JSON.parse(typeof body === 'string' ? body : new TextDecoder().decode(body)),
        });
        if ('lost' in given) throw Object.assign(new Error('socket hang up'), { code: 'ECONNRESET' });
        const failed = 'error' in given;
        const shown = failed ? { __type: given.error, message: given.error } : given.output;
        return {
          response: {
            statusCode: failed ? 400 : 200,
            headers: { 'content-type': headers['content-type'] ?? '' },
            body: Readable.from([JSON.stringify(shown)]),
          },
        };
      },
    },
  };
}
