// A client that does not mind a server that dies: what was not answered is asked for again when there is one.
import assert from 'node:assert/strict';
import { request } from 'node:http';
import { text } from 'node:stream/consumers';
import { type Answer, Api, type Given } from '../call.ts';
import type { CrashingServer } from './crashing-server.ts';

/** `unanswered`: how often it was asked before without an answer; the server may or may not have done it. */
export type PatientAnswer<T> = Answer<T> & { readonly unanswered: number };

export class PatientClient {
  readonly server: CrashingServer;
  readonly #token: string;

  constructor(server: CrashingServer, token: string) {
    this.server = server;
    this.#token = token;
  }

  call<T>(method: string, path: string, given: Given = {}): Promise<PatientAnswer<T>> {
    return this.#asked((url) => new Api(url, this.#token).call<T>(method, path, given));
  }

  /** The body of an answer with this status. */
  async get<T>(path: string, query: Given['query'] = {}): Promise<T> {
    const { status, body, text } = await this.call<T>('GET', path, { query });
    assert.equal(status, 200, text);
    return body;
  }

  /**
   * Sends a body to an address of whatever server runs, in two halves. `onceOnly` leaves it to the caller what to do
   * when there is no answer: then null.
   */
  async send(
    method: 'PUT' | 'POST',
    address: string,
    bytes: Uint8Array,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<Answer<unknown> | null> {
    const { server } = this;
    const running = await server.running();
    const { generation } = server;
    // The signature covers the path, not the port, which is another one after every start.
    const { pathname, search } = new URL(address, running.url);
    const url = new URL(pathname + search, running.url);
    const authorized = address.startsWith('/') ? { authorization: `Bearer ${this.#token}` } : {};
    try {
      return await server.during('upload', () =>
        sendInHalves(method, url, bytes, { ...authorized, ...headers }, () => server.reach('sending')),
      );
    } catch (error) {
      if (server.generation === generation) throw error;
      return null;
    }
  }

  async #asked<T>(ask: (url: string) => Promise<Answer<T>>): Promise<PatientAnswer<T>> {
    for (let unanswered = 0; ; unanswered++) {
      const running = await this.server.running();
      const { generation } = this.server;
      try {
        return { ...(await ask(running.url)), unanswered };
      } catch (error) {
        // Without a kill there is no excuse for a broken connection.
        if (this.server.generation === generation) throw error;
      }
    }
  }
}

async function sendInHalves(
  method: string,
  url: URL,
  bytes: Uint8Array,
  headers: Readonly<Record<string, string>>,
  halfway: () => Promise<void>,
): Promise<Answer<unknown>> {
  const { promise, resolve, reject } = Promise.withResolvers<Answer<unknown>>();
  const sending = request(url, { method, headers: { ...headers, 'content-length': String(bytes.length) } });
  sending.on('error', reject);
  sending.on('response', (response) => {
    const answered = async () => {
      const body = await text(response);
      const parsed = body.startsWith('{') ? JSON.parse(body) : body;
      resolve({ status: response.statusCode ?? 0, headers: new Headers(), text: body, body: parsed });
    };
    answered().catch(reject);
  });
  const half = bytes.length >> 1;
  sending.write(bytes.subarray(0, half), async () => {
    await halfway();
    sending.end(bytes.subarray(half));
  });
  return promise;
}
