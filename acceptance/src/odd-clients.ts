// Clients that do not do what others do.
import { request } from 'node:http';
import type { Answer } from './call.ts';

/** Without saying how long it is, as a client does that does not know yet. */
export async function sendUnannounced(url: string, bytes: Buffer): Promise<Answer<unknown>> {
  const body = new ReadableStream({
    start(controller) {
      controller.enqueue(new Uint8Array(bytes));
      controller.close();
    },
  });
  const response = await fetch(url, { method: 'PUT', body, duplex: 'half' });
  const text = await response.text();
  return {
    status: response.status,
    headers: response.headers,
    text,
    body: text === '' ? null : JSON.parse(text),
  };
}

/** Sends the beginning of a request and closes the connection once the server has had time to take it. */
export async function sendAndLeave(
  method: string,
  url: string,
  headers: Record<string, string | number>,
  bytes: Buffer,
): Promise<void> {
  const sending = request(url, { method, headers });
  sending.on('error', () => {});
  await new Promise<void>((resolve) => sending.write(bytes, () => resolve()));
  const closed = new Promise((resolve) => sending.once('close', resolve));
  sending.destroy();
  await closed;
}
