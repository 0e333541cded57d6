// A client that asks again what was answered with 503, or not at all, as docs/operations/failures.md tells clients to.
import assert from 'node:assert/strict';
import { type Answer, Api, type Given, type Problem, pause } from '../call.ts';
import { digestOf } from '../packages.ts';

/** `unanswered`: how often it was asked before in vain; the registry may or may not have done it. */
export type TirelessAnswer<T> = Answer<T> & { readonly unanswered: number };

/** Much longer than any trouble. */
const patienceMs = 120_000;

export class TirelessClient {
  readonly #api: Api;

  constructor(url: string, token: string) {
    this.#api = new Api(url, token);
  }

  async call<T>(method: string, path: string, given: Given = {}): Promise<TirelessAnswer<T>> {
    let unanswered = 0;
    const answer = await untilAnswered(`${method} ${path}`, async () => {
      const answer = await this.#api.call<T>(method, path, given).catch(() => null);
      const isGood = answer !== null && answer.status !== 503;
      if (answer !== null && !isGood) requireHonest(answer);
      if (!isGood) unanswered++;
      return isGood ? answer : null;
    });
    return { ...answer, unanswered };
  }

  /** The body of an answer with this status. */
  async get<T>(path: string, query: Given['query'] = {}): Promise<T> {
    const { status, body, text } = await this.call<T>('GET', path, { query });
    assert.equal(status, 200, `${path}: ${text}`);
    return body;
  }
}

/** Sends bytes to an address of S3 until they are taken. */
export async function sendTo(url: string, init: () => RequestInit): Promise<void> {
  await untilAnswered(`bytes for ${url}`, async () => {
    const response = await fetch(url, init()).catch(() => null);
    await response?.body?.cancel().catch(() => {});
    return response?.ok ? true : null;
  });
}

/** Reads what lies at an address, again when it breaks off or comes with other bytes than those of the digest. */
export function receivedFrom(url: string, digest: string): Promise<Buffer> {
  return untilAnswered(`the bytes at ${url}`, async () => {
    const response = await fetch(url).catch(() => null);
    const bytes = await response?.bytes().catch(() => null);
    if (response?.status !== 200 || bytes === undefined || bytes === null) return null;
    return digestOf(bytes) === digest ? Buffer.from(bytes) : null;
  });
}

async function untilAnswered<T>(what: string, ask: () => Promise<T | null>): Promise<T> {
  for (const until = performance.now() + patienceMs; performance.now() < until; ) {
    const answer = await ask();
    if (answer !== null) return answer;
    await pause(50 + Math.random() * 200);
  }
  return assert.fail(`${what}: in vain for ${patienceMs} ms`);
}

/** Says what it is and when to try again. */
function requireHonest({ headers, body, text }: Answer<unknown>): void {
  assert.equal((body as Problem).code, 'unavailable', text);
  assert.ok(Number(headers.get('retry-after')) >= 1, `Retry-After is ${headers.get('retry-after')}: ${text}`);
}
