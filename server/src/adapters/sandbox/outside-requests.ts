// What scripts may ask of hosts outside, when the operator has named some: one request after the other, made by the
// registry, to these hosts only, over TLS, limited in number, size and time, and each one reported.
import { Buffer } from 'node:buffer';
import { lookup } from 'node:dns/promises';
import type { IncomingMessage } from 'node:http';
import { request as send } from 'node:https';
import { isIP, type LookupFunction } from 'node:net';
import type { OutsideAnswer, OutsideRequest } from './frames.ts';

/** Which hosts may be asked, and how much. */
export interface Reach {
  /** Names, in lower case, and nothing else: no addresses, no ports. */
  readonly hosts: readonly string[];
  readonly timeoutMs: number;
  /** Of a body that is sent, and of one that is read. */
  readonly bodyBytes: number;
  /** In one run. */
  readonly requests: number;
  /** Whether a name may resolve to this address: not to one of a private network. */
  isAllowedAddress(address: string): boolean;
  /** Certificates to trust beside the usual ones; for tests. */
  readonly ca?: string;
  /** The port of `https:`, unless it is another one; for tests. */
  readonly port?: number;
  log(request: { method: string; url: string; status: number | null; error: string | null }): void;
}

/** The requests of one run. */
export class OutsideRequests {
  readonly #reach: Reach;
  #made = 0;

  constructor(reach: Reach) {
    this.#reach = reach;
  }

  /** Whatever goes wrong is the answer. */
  async ask(payload: Buffer, signal: AbortSignal): Promise<OutsideAnswer> {
    const asked = requestOf(payload);
    if (asked === null) return { error: 'The request is not one.' };
    const { method } = asked;
    const url = URL.parse(asked.url);
    const refusal = url === null ? 'The address is not a URL.' : this.#refusal(asked, url);
    const answer =
      url === null || refusal !== null ? { error: refusal ?? '' } : await this.#send(asked, url, signal);
    const [status, error] = 'error' in answer ? [null, answer.error] : [answer.status, null];
    this.#reach.log({ method: method.slice(0, 10), url: asked.url.slice(0, 2_000), status, error });
    return answer;
  }

  #refusal({ method, body }: OutsideRequest, url: URL): string | null {
    const { hosts, bodyBytes, requests } = this.#reach;
    if (++this.#made > requests) return `A validator may make ${requests} requests.`;
    if (method !== 'GET' && method !== 'POST') return 'Only GET and POST are possible.';
    if (url.protocol !== 'https:') return 'Only https: is possible.';
    const isPlain = url.port === '' && url.username === '' && url.password === '';
    if (!isPlain || isIP(url.hostname) !== 0 || !hosts.includes(url.hostname)) {
      return `${url.host} is not one of the hosts that validators may ask.`;
    }
    if (Buffer.byteLength(body ?? '') > bodyBytes) return `A body may have ${bodyBytes} bytes.`;
    return null;
  }

  async #send({ method, body }: OutsideRequest, url: URL, signal: AbortSignal): Promise<OutsideAnswer> {
    const { timeoutMs, ca, port } = this.#reach;
    const either = AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]);
    try {
      const response = await new Promise<IncomingMessage>((resolve, reject) => {
        const options = {
          method,
          agent: false,
          lookup: this.#lookup,
          signal: either,
          ...(ca === undefined ? {} : { ca }),
          ...(port === undefined ? {} : { port }),
        };
        const request = send(url, options, resolve).on('error', reject);
        if (method === 'POST') request.setHeader('content-type', 'application/json');
        request.end(method === 'POST' ? (body ?? '') : undefined);
      });
      return { status: response.statusCode ?? 0, body: await this.#textOf(response) };
    } catch (error) {
      if (error instanceof TooLarge) return { error: error.message };
      // What went wrong exactly would tell about the network that this runs in.
      return { error: `${url.host} did not answer.` };
    }
  }

  async #textOf(response: IncomingMessage): Promise<string> {
    const chunks: Uint8Array[] = [];
    let size = 0;
    for await (const chunk of response) {
      chunks.push(chunk as Uint8Array);
      size += (chunk as Uint8Array).length;
      if (size > this.#reach.bodyBytes)
        throw new TooLarge(`The answer has more than ${this.#reach.bodyBytes} bytes.`);
    }
    return await new Blob(chunks as Uint8Array<ArrayBuffer>[]).text();
  }

  /** The very address that was judged is connected to: a name that resolves differently later gains nothing. */
  readonly #lookup: LookupFunction = (hostname, options, callback) => {
    lookup(hostname, { all: true }).then(
      (addresses) => {
        const [first] = addresses;
        const refused = addresses.find(({ address }) => !this.#reach.isAllowedAddress(address));
        if (refused !== undefined || first === undefined) callback(new Error('not a public address'), '');
        else if (options.all) callback(null, addresses);
        else callback(null, first.address, first.family);
      },
      (error: Error) => callback(error, ''),
    );
  };
}

class TooLarge extends Error {
  override readonly name = 'TooLarge';
}

function requestOf(payload: Buffer): OutsideRequest | null {
  try {
    const asked = JSON.parse(payload.toString()) as Readonly<Record<string, unknown>> | null;
    const { method, url, body = null } = asked ?? {};
    const isOne = typeof method === 'string' && typeof url === 'string';
    if (!isOne || (body !== null && typeof body !== 'string')) return null;
    return { method, url, body };
  } catch {
    return null;
  }
}
