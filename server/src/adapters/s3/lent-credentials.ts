// Threads get no environment and no secrets of their own when they start. One that has to read from S3 asks the main
// thread for its credentials, and again when they run out; so whatever provides them (a role, a container, a file)
// does it once for the process.
import { randomUUID } from 'node:crypto';
import { BroadcastChannel } from 'node:worker_threads';
import { StorageError } from '../../core/errors.ts';
import type { Credentials } from './s3-client.ts';

const answerWithinMs = 15_000;

type Message =
  | { readonly asks: string }
  | { readonly answers: string; readonly credentials: Credentials }
  | { readonly answers: string; readonly failure: string };

export interface Lender {
  /** Its name, by which threads of this process find it. */
  readonly name: string;
  close(): void;
}

export function lendCredentials(provide: () => Promise<Credentials>): Lender {
  const name = `assay-s3-credentials-${randomUUID()}`;
  const channel = new BroadcastChannel(name);
  channel.unref();
  const say = (message: Message) => channel.postMessage(message);
  channel.onmessage = async (event: unknown) => {
    const { data } = event as { data: Message };
    if (!('asks' in data)) return;
    try {
      const { accessKeyId, secretAccessKey, sessionToken, expiration } = await provide();
      const credentials = {
        accessKeyId,
        secretAccessKey,
        ...(sessionToken !== undefined && { sessionToken }),
        ...(expiration !== undefined && { expiration }),
      };
      say({ answers: data.asks, credentials });
    } catch (error) {
      say({ answers: data.asks, failure: error instanceof Error ? error.message : String(error) });
    }
  };
  return { name, close: () => channel.close() };
}

/** A provider for a client inside a thread. */
export function borrowedCredentials(lender: string): () => Promise<Credentials> {
  const channel = new BroadcastChannel(lender);
  channel.unref();
  const waiting = new Map<string, PromiseWithResolvers<Credentials>>();
  channel.onmessage = (event: unknown) => {
    const { data } = event as { data: Message };
    if (!('answers' in data)) return;
    const waiter = waiting.get(data.answers);
    if ('credentials' in data) waiter?.resolve(data.credentials);
    else waiter?.reject(new StorageError('transient', `no credentials for S3: ${data.failure}`));
  };
  return async () => {
    const asks = randomUUID();
    const waiter = Promise.withResolvers<Credentials>();
    const late = setTimeout(
      () => waiter.reject(new StorageError('transient', 'no credentials for S3: nobody answers')),
      answerWithinMs,
    );
    waiting.set(asks, waiter);
    channel.postMessage({ asks } satisfies Message);
    try {
      return await waiter.promise;
    } finally {
      clearTimeout(late);
      waiting.delete(asks);
    }
  };
}
