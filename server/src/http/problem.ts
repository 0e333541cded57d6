// Turns whatever was thrown into an RFC 9457 problem document, and decides what of it may leave the house.
import {
  type ErrorCode,
  type ErrorKind,
  errorCatalogue,
  isTransient,
  RegistryError,
} from '../core/errors.ts';

const statusOf: Record<ErrorKind, number> = {
  invalid: 400,
  unauthenticated: 401,
  forbidden: 403,
  missing: 404,
  conflict: 409,
  gone: 410,
  precondition: 412,
  'too-large': 413,
  'unsupported-type': 415,
  range: 416,
  throttled: 429,
  internal: 500,
  unavailable: 503,
};

export function statusOfCode(code: ErrorCode): number {
  return statusOf[errorCatalogue[code].kind];
}

export interface ProblemAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: {
    readonly type: string;
    readonly title: string;
    readonly status: number;
    readonly detail: string;
    readonly code: ErrorCode;
    readonly requestId: string;
  };
}

export function problemFrom(thrown: unknown, requestId: string): ProblemAnswer {
  const error = asRegistryError(thrown);
  const { kind, title } = errorCatalogue[error.code];
  const status = statusOf[kind];
  return {
    status,
    headers: headersOf(error, kind),
    body: {
      type: `/api/docs/errors/${error.code}`,
      title,
      status,
      detail: error.detail,
      code: error.code,
      requestId,
    },
  };
}

function headersOf(error: RegistryError, kind: ErrorKind): Record<string, string> {
  const headers: Record<string, string> = { 'content-type': 'application/problem+json' };
  if (kind === 'unauthenticated') headers['www-authenticate'] = 'Bearer realm="assay"';
  const retryAfter = error.retryAfterSeconds ?? (kind === 'unavailable' ? 5 : undefined);
  if (retryAfter !== undefined) headers['retry-after'] = String(Math.max(1, Math.ceil(retryAfter)));
  return headers;
}

/** Anything unknown becomes `internal` with a fixed text; the log has the original. */
export function asRegistryError(thrown: unknown): RegistryError {
  if (thrown instanceof RegistryError) return thrown;
  if (isTransient(thrown)) {
    const { retryAfterSeconds } = thrown;
    return new RegistryError('unavailable', 'A storage engine does not answer at the moment.', {
      cause: thrown,
      ...(retryAfterSeconds !== undefined && { retryAfterSeconds }),
    });
  }
  return fromFastify(thrown) ?? new RegistryError('internal', 'The cause is in the log.', { cause: thrown });
}

/** Fastify's own refusals: validation, body limits, unreadable JSON, unknown content types. */
function fromFastify(thrown: unknown): RegistryError | undefined {
  if (!(thrown instanceof Error)) return undefined;
  const { statusCode, validation, validationContext } = thrown as {
    statusCode?: unknown;
    validation?: readonly { instancePath: string; message?: string; params?: unknown }[];
    validationContext?: string;
  };
  if (validation !== undefined) {
    const told = validation.map((problem) => {
      const field = `${validationContext}${problem.instancePath.replaceAll('/', '.')}`;
      return `${field} ${problem.message ?? 'is not valid'}`;
    });
    return new RegistryError('invalid-request', `${told.join('; ')}.`, { cause: thrown });
  }
  switch (statusCode) {
    case 400:
      return new RegistryError('invalid-request', thrown.message, { cause: thrown });
    // A path that leads out of the folder of the pages.
    case 403:
      return new RegistryError('not-found', 'There is nothing at this path.', { cause: thrown });
    case 413:
      return new RegistryError('request-too-large', thrown.message, { cause: thrown });
    case 414:
      return new RegistryError('invalid-request', thrown.message, { cause: thrown });
    case 415:
      return new RegistryError('unsupported-content-type', thrown.message, { cause: thrown });
    case 429:
      return new RegistryError('throttled', thrown.message, { cause: thrown });
    case 503:
      return new RegistryError('unavailable', thrown.message, { cause: thrown });
    default:
      return undefined;
  }
}
