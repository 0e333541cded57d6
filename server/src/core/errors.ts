// Every error a caller can get, in one table. `docs/errors/` has a page per code; `http/problem.ts` turns the
// kind into a status. A verdict about a version's bytes is a result, not an error, and is not listed here.

export type ErrorKind =
  | 'invalid' // the request cannot be understood
  | 'unauthenticated' // nobody, or nobody we know
  | 'forbidden' // known, and not allowed
  | 'missing' // not there, or not there for this caller: the two look the same
  | 'conflict' // contradicts what is stored
  | 'gone' // was there and will not come back
  | 'too-large'
  | 'unsupported-type'
  | 'precondition' // the content is not the one that the request is meant for
  | 'range' // the requested byte range lies outside the content
  | 'throttled' // too often; says when to try again
  | 'unavailable' // an engine does not answer; nothing was lost, try again
  | 'internal';

interface ErrorEntry {
  readonly kind: ErrorKind;
  readonly title: string;
  /** What the caller can do about it; the page in `docs/errors/` is generated from this. */
  readonly remedy: string;
}

export const errorCatalogue = {
  // requests
  'invalid-request': {
    kind: 'invalid',
    title: 'The request is not valid',
    remedy: 'Compare the request with the route in /api/docs; the detail names the field and its rule.',
  },
  'invalid-cursor': {
    kind: 'invalid',
    title: 'The cursor is not one of ours',
    remedy: 'Pass `next` of the previous page unchanged, or leave `after` out to start from the beginning.',
  },
  'request-too-large': {
    kind: 'too-large',
    title: 'The request body is too large',
    remedy: 'Send content through an upload (POST /api/uploads); other bodies are limited to 1 MiB.',
  },
  'unsupported-content-type': {
    kind: 'unsupported-type',
    title: 'The content type is not supported here',
    remedy: 'Use one of the content types that the detail lists.',
  },
  'not-found': {
    kind: 'missing',
    title: 'There is no such thing',
    remedy: 'Check the id. A thing that you may not see answers the same.',
  },
  throttled: {
    kind: 'throttled',
    title: 'Too many requests',
    remedy: 'Wait for the seconds in Retry-After; the RateLimit headers show what is left.',
  },
  unavailable: {
    kind: 'unavailable',
    title: 'A part of the registry does not answer',
    remedy: 'Try again after the seconds in Retry-After; nothing that was acknowledged is lost.',
  },
  'read-only': {
    kind: 'unavailable',
    title: 'The registry can only be read just now',
    remedy: 'Try again after the seconds in Retry-After: the registry is moving to other engines.',
  },
  internal: {
    kind: 'internal',
    title: 'Something went wrong on our side',
    remedy: 'Try again; if it stays, give the requestId to an administrator, whose log has the cause.',
  },

  // access
  unauthenticated: {
    kind: 'unauthenticated',
    title: 'Authentication is needed',
    remedy: 'Send `Authorization: Bearer <token>` with a token from POST /api/auth/login or /api/tokens.',
  },
  'token-invalid': {
    kind: 'unauthenticated',
    title: 'The token is not valid',
    remedy: 'It is expired, used up, revoked or not ours: log in again or create a new token.',
  },
  'login-failed': {
    kind: 'unauthenticated',
    title: 'Name or password is wrong',
    remedy: 'Check both; after repeated failures the account and the address have to wait.',
  },
  'login-throttled': {
    kind: 'throttled',
    title: 'Too many failed logins',
    remedy: 'Wait for the seconds in Retry-After before the next attempt.',
  },
  'password-wrong': {
    kind: 'forbidden',
    title: 'The current password is wrong',
    remedy: 'Send the password you log in with; after repeated failures you have to wait.',
  },
  'password-change-required': {
    kind: 'forbidden',
    title: 'The password must be changed first',
    remedy: 'The password was a one-time one: PUT /api/auth/password with a new one, then go on.',
  },
  'password-too-weak': {
    kind: 'invalid',
    title: 'The password is too weak',
    remedy: 'Choose another one by the rule in the detail.',
  },
  'permission-denied': {
    kind: 'forbidden',
    title: 'The permission is missing',
    remedy: 'Ask an administrator for the permission that the detail names, or use a token that carries it.',
  },
  'registration-closed': {
    kind: 'forbidden',
    title: 'Only administrators register users',
    remedy: 'Ask an administrator, or have ASSAY_OPEN_REGISTRATION switched on.',
  },
  'user-exists': {
    kind: 'conflict',
    title: 'The user name is taken',
    remedy: 'Choose another name.',
  },
  'group-exists': {
    kind: 'conflict',
    title: 'The group name is taken',
    remedy: 'Choose another name.',
  },
  'last-administrator': {
    kind: 'conflict',
    title: 'The last administrator must stay',
    remedy: 'Make somebody else an administrator first.',
  },

  // packages and versions
  'name-invalid': {
    kind: 'invalid',
    title: 'The package name is not allowed',
    remedy: 'Choose a name by the rule in the detail.',
  },
  'label-invalid': {
    kind: 'invalid',
    title: 'The version label is not a semantic version',
    remedy: 'Use MAJOR.MINOR.PATCH with an optional pre-release and a leading `v` if you like.',
  },
  'version-range-invalid': {
    kind: 'invalid',
    title: 'The version range cannot be understood',
    remedy: 'Use 1.2.3, 1.2.3-2.1.0, ~1.2.0 or ^1.2.0.',
  },
  'name-taken': {
    kind: 'conflict',
    title: 'The package name belongs to somebody else',
    remedy: 'Choose another name, or ask its owner to add you to the owning group.',
  },
  'version-exists': {
    kind: 'conflict',
    title: 'The version label is already used',
    remedy: 'A version never changes: publish the new bytes under a new label.',
  },
  'state-conflict': {
    kind: 'conflict',
    title: 'The thing is not in a state that allows this',
    remedy: 'Read it again: the detail names the state it is in and those that would allow this.',
  },
  'file-not-readable': {
    kind: 'unsupported-type',
    title: 'The file cannot be read from inside the archive',
    remedy: 'Download the whole package instead; the detail says what stands in the way.',
  },
  'range-not-satisfiable': {
    kind: 'range',
    title: 'The byte range lies outside the content',
    remedy: 'Ask for a range within the size that Content-Range states.',
  },
  'precondition-failed': {
    kind: 'precondition',
    title: 'The content is another than asked for',
    remedy: 'Leave If-Match out, or send the ETag that the address answers with.',
  },

  // validators
  'validator-invalid': {
    kind: 'invalid',
    title: 'The validator cannot be registered',
    remedy:
      'Mend the source where the detail says; the limits and how to write one are in docs/validators.md.',
  },
  'validator-denied': {
    kind: 'forbidden',
    title: 'The validator of the package denies the download',
    remedy: 'The detail is what the validator says; ask the maintainers of the package, who wrote it.',
  },
  'validator-unavailable': {
    kind: 'unavailable',
    title: 'Validators cannot be run just now',
    remedy:
      'Try again after the seconds in Retry-After: nothing was decided about the download, and nothing was registered.',
  },

  'hallmark-pending': {
    kind: 'missing',
    title: 'The hallmark is not there yet',
    remedy: 'Ask again in some minutes: versions of earlier releases get theirs one after the other.',
  },

  'policy-invalid': {
    kind: 'invalid',
    title: 'The policies cannot be used',
    remedy: 'Mend the text where the detail says; what policies may ask for is in docs/policies.md.',
  },

  // uploads
  'upload-too-large': {
    kind: 'too-large',
    title: 'The upload is larger than allowed',
    remedy: 'Split the content, or have the limit named in the detail raised.',
  },
  'upload-limit': {
    kind: 'throttled',
    title: 'Too many uploads are open',
    remedy: 'Complete or abort some of your open uploads (GET /api/uploads?state=open), then begin again.',
  },
  'upload-type-invalid': {
    kind: 'unsupported-type',
    title: 'The upload has a type that is not accepted',
    remedy: 'Upload one of the types that the detail lists.',
  },
  'upload-size-mismatch': {
    kind: 'invalid',
    title: 'The bytes are not as many as declared',
    remedy: 'Send exactly the declared number of bytes; what arrived complete is kept.',
  },
  'upload-digest-mismatch': {
    kind: 'invalid',
    title: 'The bytes do not have the declared digest',
    remedy: 'Send the bytes again; they changed on the way, or the declared digest is of another file.',
  },
  'upload-incomplete': {
    kind: 'conflict',
    title: 'Parts of the upload are missing',
    remedy: 'Send the parts that the detail names, then complete again.',
  },
  'upload-closed': {
    kind: 'conflict',
    title: 'The upload does not take bytes any more',
    remedy: 'It is completed, aborted or expired: begin a new one.',
  },
  'part-invalid': {
    kind: 'invalid',
    title: 'The part is not one of this upload',
    remedy: 'Use the part numbers and sizes that the upload states.',
  },
  'address-invalid': {
    kind: 'forbidden',
    title: 'The signed address is not valid',
    remedy: 'Ask for a new address; it was changed, expired, or is for another method.',
  },
  'address-used': {
    kind: 'conflict',
    title: 'The signed address was already used',
    remedy: 'What it was for has arrived: ask the upload for its parts, and for a new address if needed.',
  },

  // events
  'webhook-limit': {
    kind: 'conflict',
    title: 'The user has as many webhooks as allowed',
    remedy: 'Delete one that is not needed any more, or subscribe an existing one to more kinds.',
  },
  'webhook-address-refused': {
    kind: 'invalid',
    title: 'The webhook address is not allowed',
    remedy: 'Use an http(s) address outside private networks, or have ASSAY_WEBHOOK_ALLOW_PRIVATE set.',
  },
} as const satisfies Record<string, ErrorEntry>;

export type ErrorCode = keyof typeof errorCatalogue;

/**
 * An expected failure. `detail` is shown to the caller: it names the offending value and the limit or remedy.
 * `context` and `cause` go to the log only.
 */
export class RegistryError extends Error {
  override readonly name = 'RegistryError';
  readonly code: ErrorCode;
  readonly detail: string;
  readonly context: Readonly<Record<string, unknown>>;
  readonly retryAfterSeconds: number | undefined;
  /** The refusal has been put on record where it was decided: nothing more is to be noted about it. */
  readonly onRecord: boolean;

  constructor(
    code: ErrorCode,
    detail: string,
    options: {
      context?: Readonly<Record<string, unknown>>;
      cause?: unknown;
      retryAfterSeconds?: number;
      onRecord?: boolean;
    } = {},
  ) {
    super(`${code}: ${detail}`, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.detail = detail;
    this.context = options.context ?? {};
    this.retryAfterSeconds = options.retryAfterSeconds;
    this.onRecord = options.onRecord ?? false;
  }

  get kind(): ErrorKind {
    return errorCatalogue[this.code].kind;
  }
}

/** The one answer for "not there" and "not there for you". */
export function notFound(what: string, id: string): RegistryError {
  return new RegistryError('not-found', `There is no ${what} ${JSON.stringify(id)}.`);
}

/**
 * How a storage engine failed. Unsure is `transient`, never `missing`: taking an unanswered question for
 * "not there" would make a registry forget what it holds.
 */
export type StorageFailure = 'missing' | 'transient' | 'permanent';

/** What is known of a transient failure, for whoever thinks of trying again. */
export type Transience =
  | 'unanswered' // there was no answer: whether anything was applied is unknown
  | 'unreached' // the engine was not even asked: nothing was applied
  | 'busy' // the engine said that it has too much to do: nothing was applied
  | 'contended'; // the engine said that others were just at the same thing: nothing was applied

export class StorageError extends Error {
  override readonly name = 'StorageError';
  readonly failure: StorageFailure;
  /** Of a transient failure only. Unsure is `unanswered`. */
  readonly transience: Transience;
  /** When trying again may help; undefined where nobody knows. */
  readonly retryAfterSeconds: number | undefined;

  constructor(
    failure: StorageFailure,
    message: string,
    cause?: unknown,
    known: { transience?: Transience; retryAfterSeconds?: number } = {},
  ) {
    super(message, cause === undefined ? undefined : { cause });
    this.failure = failure;
    this.transience = known.transience ?? 'unanswered';
    this.retryAfterSeconds = known.retryAfterSeconds;
  }
}

/** An engine that does not answer, or cannot just now: another time it may. */
export function isTransient(error: unknown): error is StorageError {
  return error instanceof StorageError && error.failure === 'transient';
}

/** The engine has said that it is not there. */
export function isMissing(error: unknown): error is StorageError {
  return error instanceof StorageError && error.failure === 'missing';
}
