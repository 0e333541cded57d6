import { lookup } from 'node:dns/promises';
import http, { type IncomingMessage, type RequestOptions } from 'node:http';
import https from 'node:https';
import { isIP, type LookupFunction } from 'node:net';
import { setTimeout } from 'node:timers/promises';
import type { DeliveryAttempt, WebhookSender } from '../../core/events/index.ts';
import { isPublicAddress } from './public-addresses.ts';

export interface SenderSettings {
  /** For everything, from the look-up of the name to the end of the answer. */
  readonly timeoutMs: number;
  /** True: addresses of private networks and of this machine are reached too. */
  readonly allowPrivate: boolean;
}

const maximumBodyBytes = 1024;
/** A name that does not resolve in time is judged when something is sent. */
const patienceWithNamesMs = 2_000;

/**
 * Over `node:http`, which follows no redirect and lets the look-up be ours: the very address that was judged is
 * the one that is connected to, so a name that resolves differently the second time gains nothing. Connections are not
 * kept, so none is reused that was opened under other rules.
 */
export class HttpWebhookSender implements WebhookSender {
  readonly #settings: SenderSettings;

  constructor(settings: SenderSettings) {
    this.#settings = settings;
  }

  async whyRefused(given: string): Promise<string | null> {
    const url = URL.parse(given);
    if (url === null) return `${JSON.stringify(given.slice(0, 200))} is not a URL.`;
    const refusal = this.#whyUrlRefused(url);
    if (refusal !== null) return refusal;
    const resolved = this.#resolve(url.hostname).then(
      () => null,
      (error: unknown) => (error instanceof RefusedAddress ? error.message : null),
    );
    return await Promise.race([resolved, setTimeout(patienceWithNamesMs, null, { ref: false })]);
  }

  async post(
    url: string,
    headers: Readonly<Record<string, string>>,
    body: string,
  ): Promise<Omit<DeliveryAttempt, 'at'>> {
    const begun = performance.now();
    const answer = await this.#tryPost(url, headers, body);
    return { ...answer, durationMs: Math.round(performance.now() - begun) };
  }

  async #tryPost(given: string, headers: Readonly<Record<string, string>>, body: string): Promise<Answer> {
    const url = URL.parse(given);
    const refusal = url === null ? 'The address is not a URL.' : this.#whyUrlRefused(url);
    if (url === null || refusal !== null) return noAnswer(refusal ?? '');
    const signal = AbortSignal.timeout(this.#settings.timeoutMs);
    try {
      const response = await request(url, {
        method: 'POST',
        headers: { ...headers, 'content-length': String(Buffer.byteLength(body)) },
        agent: false,
        lookup: this.#lookup,
        signal,
        body,
      });
      const status = response.statusCode ?? 0;
      const error = status >= 200 && status < 300 ? null : `The receiver answered ${status}.`;
      return { status, error, responseBody: await beginningOf(response) };
    } catch (error) {
      if (signal.aborted) return noAnswer(`No answer within ${this.#settings.timeoutMs} ms.`);
      return noAnswer(error instanceof Error ? error.message || String(error) : String(error));
    }
  }

  /** What the URL itself says, names not resolved. `URL` has already turned odd spellings of an address into the usual one. */
  #whyUrlRefused(url: URL): string | null {
    if (url.protocol !== 'http:' && url.protocol !== 'https:') {
      return `The address begins with ${url.protocol}; only http: and https: are possible.`;
    }
    if (url.username !== '' || url.password !== '')
      return 'The address must not carry a user name or password.';
    const literal = url.hostname.replace(/^\[(.*)\]$/, '$1');
    return isIP(literal) === 0 ? null : this.#whyAddressRefused(literal, literal);
  }

  #whyAddressRefused(hostname: string, address: string): string | null {
    if (this.#settings.allowPrivate || isPublicAddress(address)) return null;
    return `${hostname} is not an address of the public internet.`;
  }

  /** Every address of the name; throws `RefusedAddress` when one of them may not be reached. */
  async #resolve(hostname: string): Promise<{ address: string; family: number }[]> {
    const addresses = await lookup(hostname.replace(/^\[(.*)\]$/, '$1'), { all: true });
    for (const { address } of addresses) {
      const refusal = this.#whyAddressRefused(hostname, address);
      if (refusal !== null) throw new RefusedAddress(refusal);
    }
    return addresses;
  }

  readonly #lookup: LookupFunction = (hostname, options, callback) => {
    this.#resolve(hostname).then(
      (addresses) => {
        const [first] = addresses;
        if (options.all) callback(null, addresses);
        else callback(null, first?.address ?? '', first?.family);
      },
      (error: Error) => callback(error, ''),
    );
  };
}

class RefusedAddress extends Error {
  override readonly name = 'RefusedAddress';
}

type Answer = Pick<DeliveryAttempt, 'status' | 'error' | 'responseBody'>;

function noAnswer(error: string): Answer {
  return { status: null, error, responseBody: '' };
}

function request(url: URL, options: RequestOptions & { body: string }): Promise<IncomingMessage> {
  const { body, ...rest } = options;
  return new Promise((resolve, reject) => {
    const { request: send } = url.protocol === 'https:' ? https : http;
    send(url, rest, resolve).on('error', reject).end(body);
  });
}

/** Reads no more than is kept, then hangs up. */
async function beginningOf(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of response) {
    chunks.push(chunk as Buffer);
    size += (chunk as Buffer).length;
    if (size >= maximumBodyBytes) break;
  }
  const beginning = Buffer.concat(chunks).subarray(0, maximumBodyBytes);
  // A character cut in two would become U+FFFD, which is longer than its part.
  return new TextDecoder().decode(beginning, { stream: true });
}
