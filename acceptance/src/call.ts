// Calls of the API as any program makes them, by `fetch`. Nothing here knows the server.
import assert from 'node:assert/strict';

export interface Answer<T> {
  readonly status: number;
  readonly headers: Headers;
  /** Parsed where it is JSON, else the text; null when there is none. */
  readonly body: T;
  readonly text: string;
}

/** The body of every refusal (RFC 9457). */
export interface Problem {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly code: string;
  readonly requestId: string;
}

export interface Page<T> {
  readonly items: readonly T[];
  readonly next: string | null;
}

export interface Given {
  readonly query?: Readonly<Record<string, string | number | boolean | undefined>>;
  /** Sent as JSON. */
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** The API at an address, called with a token or anonymously. */
export class Api {
  readonly url: string;
  readonly token: string | undefined;

  constructor(url: string, token?: string) {
    this.url = url;
    this.token = token;
  }

  as(token: string | undefined): Api {
    return new Api(this.url, token);
  }

  async call<T = unknown>(method: string, path: string, given: Given = {}): Promise<Answer<T>> {
    const response = await this.fetch(method, path, given);
    const text = await response.text();
    const isJson = /\bjson\b/.test(response.headers.get('content-type') ?? '');
    const body = (text === '' ? null : isJson ? JSON.parse(text) : text) as T;
    return { status: response.status, headers: response.headers, body, text };
  }

  /** The answer with its body unread; redirects are not followed. */
  fetch(method: string, path: string, { query = {}, body, headers = {} }: Given = {}): Promise<Response> {
    const address = new URL(path, this.url);
    for (const [name, value] of Object.entries(query)) {
      if (value !== undefined) address.searchParams.set(name, String(value));
    }
    return fetch(address, {
      method,
      redirect: 'manual',
      headers: {
        ...(this.token !== undefined && { authorization: `Bearer ${this.token}` }),
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
  }

  get<T = unknown>(path: string, query: Given['query'] = {}): Promise<Answer<T>> {
    return this.call<T>('GET', path, { query });
  }

  post<T = unknown>(path: string, body?: unknown): Promise<Answer<T>> {
    return this.call<T>('POST', path, { body });
  }

  put<T = unknown>(path: string, body?: unknown): Promise<Answer<T>> {
    return this.call<T>('PUT', path, { body });
  }

  patch<T = unknown>(path: string, body: unknown): Promise<Answer<T>> {
    return this.call<T>('PATCH', path, { body });
  }

  delete<T = unknown>(path: string, query: Given['query'] = {}): Promise<Answer<T>> {
    return this.call<T>('DELETE', path, { query });
  }

  /** Every item of a list, page by page. */
  async all<T>(path: string, query: Given['query'] = {}): Promise<T[]> {
    const items: T[] = [];
    for (let after: string | undefined; ; ) {
      const page: Page<T> = await ok(this.get<Page<T>>(path, { ...query, after }));
      items.push(...page.items);
      if (page.next === null) return items;
      after = page.next;
    }
  }
}

/** The body of an answer that must be good; `status` when a certain one is promised. */
export async function ok<T>(answering: Promise<Answer<T>>, status?: number): Promise<T> {
  const answer = await answering;
  const good = status === undefined ? answer.status >= 200 && answer.status < 300 : answer.status === status;
  assert.ok(good, `answered ${answer.status} instead of ${status ?? '2xx'}: ${answer.text.slice(0, 2_000)}`);
  return answer.body;
}

/** The problem document of an answer that must be a refusal with this status and code. */
export async function refused(
  answering: Promise<Answer<unknown>>,
  status: number,
  code: string,
): Promise<Problem> {
  const { headers, body, ...answer } = await answering;
  assert.equal(answer.status, status, `answered ${answer.status}: ${answer.text.slice(0, 2_000)}`);
  assert.match(headers.get('content-type') ?? '', /^application\/problem\+json/);
  const problem = body as Problem;
  assert.equal(problem.code, code, answer.text);
  assert.equal(problem.status, status);
  assert.equal(problem.type, `/api/docs/errors/${code}`);
  assert.ok(problem.detail.length > 0 && problem.title.length > 0 && problem.requestId.length > 0);
  return problem;
}

/**
 * Asks again as long as a part of the registry does not answer, after as long as it says: what every client is told to do.
 * For what may be done twice.
 */
export async function patiently<T>(ask: () => Promise<Answer<T>>): Promise<Answer<T>> {
  for (const until = performance.now() + 60_000; ; ) {
    const answer = await ask();
    if (answer.status !== 503 || performance.now() > until) return answer;
    await pause(Number(answer.headers.get('retry-after') ?? 1) * 1000 * (0.5 + Math.random()));
  }
}

/** Asks again and again until there is something else than undefined or false; `what` is told when there never is. */
export async function waitFor<T>(
  what: string | (() => string),
  ask: () => Promise<T | undefined | false> | T | undefined | false,
  { timeoutMs = 60_000, pollMs = 50 } = {},
): Promise<T> {
  const until = performance.now() + timeoutMs;
  for (;;) {
    const found = await ask();
    if (found !== undefined && found !== false) return found;
    if (performance.now() > until)
      assert.fail(`waited ${timeoutMs} ms in vain for ${typeof what === 'string' ? what : what()}`);
    await pause(pollMs);
  }
}

export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
