import {
  ChangeMessageVisibilityCommand,
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  type SendMessageBatchRequestEntry,
  type SQSClient,
} from '@aws-sdk/client-sqs';
import type { StorageError } from '../../core/errors.ts';
import { serviceFailure } from '../../core/service-failure.ts';

export interface ReceivedMessage {
  readonly body: string;
  /** Good for this receipt of the message only; when it is received again, the older one may do nothing. */
  readonly receipt: string;
}

export interface OutgoingMessage {
  readonly body: string;
  /** At most `longestDelayS`. */
  readonly delayS: number;
}

export const longestDelayS = 900;
const longestHiddenS = 12 * 3_600;
const mostInBatch = 10;
/** An answer may come this much later than the waiting ends. */
const answerTimeoutMs = 5_000;

const permanent: ReadonlySet<string> = new Set([
  'AccessDenied',
  'AccessDeniedException',
  'InvalidAddress',
  'InvalidMessageContents',
  'QueueDoesNotExist',
  'UnsupportedOperation',
]);

/** The message is gone, was received by somebody else meanwhile, or has been hidden for as long as can be. */
const notOurs: ReadonlySet<string> = new Set([
  'InvalidParameterValue',
  'InvalidParameterValueException',
  'MessageNotInflight',
  'ReceiptHandleIsInvalid',
]);

/** One standard queue. */
export class SqsQueue {
  readonly #client: SQSClient;
  readonly #url: string;

  constructor(client: SQSClient, url: string) {
    this.#client = client;
    this.#url = url;
  }

  /** Waits up to `waitS` for a message, and hides it from others for `hiddenS`. Null: none came, or `signal` ended it. */
  async receive(waitS: number, hiddenS: number, signal?: AbortSignal): Promise<ReceivedMessage | null> {
    if (signal?.aborted) return null;
    const command = new ReceiveMessageCommand({
      QueueUrl: this.#url,
      MaxNumberOfMessages: 1,
      WaitTimeSeconds: waitS,
      VisibilityTimeout: hiddenS,
    });
    try {
      const { Messages: [message] = [] } = await this.#client.send(command, {
        requestTimeout: waitS * 1_000 + answerTimeoutMs,
        ...(signal !== undefined && { abortSignal: signal }),
      });
      if (message?.Body === undefined || message.ReceiptHandle === undefined) return null;
      return { body: message.Body, receipt: message.ReceiptHandle };
    } catch (error) {
      if (signal?.aborted) return null;
      throw this.#failed(error);
    }
  }

  /** Hides the message for so long from now on; 0 shows it to everybody. One that is not ours any more is left alone. */
  async hide(receipt: string, seconds: number): Promise<void> {
    const given = { QueueUrl: this.#url, ReceiptHandle: receipt };
    const VisibilityTimeout = Math.min(Math.max(0, Math.ceil(seconds)), longestHiddenS);
    await this.#ifOurs(() =>
      this.#client.send(new ChangeMessageVisibilityCommand({ ...given, VisibilityTimeout })),
    );
  }

  /** Removes the message. One that is not ours any more is left alone. */
  async remove(receipt: string): Promise<void> {
    const given = { QueueUrl: this.#url, ReceiptHandle: receipt };
    await this.#ifOurs(() => this.#client.send(new DeleteMessageCommand(given)));
  }

  /** Sends all of them, or rejects with some of them sent. */
  async send(messages: readonly OutgoingMessage[]): Promise<void> {
    for (let start = 0; start < messages.length; start += mostInBatch) {
      const Entries = messages.slice(start, start + mostInBatch).map(
        ({ body, delayS }, i): SendMessageBatchRequestEntry => ({
          Id: String(i),
          MessageBody: body,
          DelaySeconds: Math.min(Math.max(0, Math.ceil(delayS)), longestDelayS),
        }),
      );
      const { Failed: [failed] = [] } = await this.#send(() =>
        this.#client.send(new SendMessageBatchCommand({ QueueUrl: this.#url, Entries })),
      );
      // A batch succeeds although entries of it fail.
      if (failed !== undefined) throw this.#failed(Object.assign(new Error(), { name: failed.Code ?? '' }));
    }
  }

  /** Resolves when the queue is there and may be asked. */
  async probe(): Promise<void> {
    const given = { QueueUrl: this.#url, AttributeNames: ['ApproximateNumberOfMessages' as const] };
    await this.#send(() => this.#client.send(new GetQueueAttributesCommand(given)));
  }

  async #ifOurs(call: () => Promise<unknown>): Promise<void> {
    try {
      await call();
    } catch (error) {
      if (!(error instanceof Error && notOurs.has(error.name))) throw this.#failed(error);
    }
  }

  async #send<T>(call: () => Promise<T>): Promise<T> {
    try {
      return await call();
    } catch (error) {
      throw this.#failed(error);
    }
  }

  #failed(error: unknown): StorageError {
    return serviceFailure(error, `the queue ${this.#url}`, permanent);
  }
}
