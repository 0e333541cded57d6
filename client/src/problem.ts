/** The body of every refusal (RFC 9457). */
export interface Problem {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly code: string;
  readonly requestId: string;
}

/** The registry answered with a refusal. */
export class AssayError extends Error {
  override readonly name = 'AssayError';
  readonly problem: Problem;
  readonly retryAfterSeconds: number | null;

  constructor(problem: Problem, retryAfterSeconds: number | null) {
    super(`${problem.code}: ${problem.detail}`);
    this.problem = problem;
    this.retryAfterSeconds = retryAfterSeconds;
  }

  get code(): string {
    return this.problem.code;
  }
}

/** The answer itself when it is good; otherwise the refusal, thrown. */
export async function refusalThrown(response: Response): Promise<Response> {
  if (response.ok) return response;
  const text = await response.text();
  const retryAfter = Number(response.headers.get('retry-after') ?? Number.NaN);
  throw new AssayError(problemOf(response, text), Number.isNaN(retryAfter) ? null : retryAfter);
}

function problemOf(response: Response, text: string): Problem {
  try {
    const body: unknown = JSON.parse(text);
    if (typeof body === 'object' && body !== null && 'code' in body) return body as Problem;
  } catch {}
  // Not from the registry: a proxy in between, perhaps.
  const { status, statusText } = response;
  return {
    type: 'about:blank',
    title: statusText,
    status,
    detail: text.slice(0, 500),
    code: `http-${status}`,
    requestId: '',
  };
}
