import pg from 'pg';
import { RegistryError, StorageError, type Transience } from '../../core/errors.ts';

/**
 * What an SQLSTATE says (postgresql.org/docs/current/errcodes-appendix.html), by the longest beginning that is
 * listed. `broken`: the matter of whoever broke the rule, passed as it is.
 */
const meanings: Readonly<Record<string, 'transient' | 'permanent' | 'broken'>> = {
  '08': 'transient', // connection
  '0A': 'permanent', // not supported
  '22': 'broken', // data
  '23': 'broken', // constraint
  '25': 'transient', // transaction state; 25006: a standby, to which writes come while another one takes over
  '28': 'permanent', // who we are
  '3D': 'permanent', // no such database
  '3F': 'permanent', // no such schema
  '40': 'transient', // got into each other's way
  '42': 'permanent', // no such table, or not allowed
  '53': 'transient', // too many connections, disk full, out of memory
  '55': 'transient', // locked for too long
  '57': 'transient', // cancelled, shutting down, starting
  '57P04': 'permanent', // the database is dropped
  '58': 'transient', // input and output
  P0: 'broken', // raised by a trigger
  XX: 'transient', // inside PostgreSQL
  XX001: 'permanent', // corrupted
  XX002: 'permanent',
};

/** Two transactions that cannot both go on: one of them begins again. */
const contention: ReadonlySet<string> = new Set(['40001', '40P01']);

/** What is known of a transient failure; of the others it is not known whether something was applied. */
const transiences: Readonly<Record<string, Transience>> = {
  '40001': 'contended',
  '40P01': 'contended',
  53300: 'busy', // too many connections
  '55P03': 'contended', // locked for too long
  '57P03': 'unreached', // starting, or shutting down
};

/** After these the connection is of no use, though it stands. */
const unusable: ReadonlySet<string> = new Set(['25006', '25P03', '25P04']);

/** Failures of a TLS connection that stay until somebody changes the configuration or a certificate. */
const untrusted =
  /^(ERR_TLS_|CERT_|SELF_SIGNED_|DEPTH_ZERO_|UNABLE_TO_|HOSTNAME_MISMATCH)|does not support SSL/;

/** What the stores throw instead of an error of `pg`; `transience` is what is known when the server has not said it. */
export function told(error: unknown, transience: Transience = 'unanswered'): unknown {
  if (error instanceof pg.DatabaseError) return toldByServer(error);
  const { code, message } = error as { code?: unknown; message?: unknown };
  const failure = untrusted.test(String(code)) || untrusted.test(String(message)) ? 'permanent' : 'transient';
  return new StorageError(failure, 'the database does not answer', error, { transience });
}

function toldByServer(error: pg.DatabaseError): unknown {
  const { code = '' } = error;
  const meaning = meanings[code] ?? meanings[code.slice(0, 2)] ?? 'transient';
  if (meaning === 'broken') return error;
  const message = meaning === 'permanent' ? 'the database is not usable' : 'the database cannot just now';
  const transience = transiences[code] ?? 'unanswered';
  return new StorageError(meaning, message, error, { transience });
}

/** Was the transaction given up only because another one was in its way? */
export function isContention(error: unknown): boolean {
  return (
    error instanceof StorageError &&
    error.cause instanceof pg.DatabaseError &&
    contention.has(error.cause.code ?? '')
  );
}

/** Must the connection, on which this happened, not be used again? */
export function endsConnection(error: unknown): boolean {
  return !(error instanceof pg.DatabaseError) || unusable.has(error.code ?? '');
}

/** PostgreSQL keeps every character in a text but this one. */
export function refuseUnkeepable(parameters: readonly unknown[]): void {
  const holdsIt = (value: unknown): boolean =>
    typeof value === 'string' ? value.includes('\0') : Array.isArray(value) && value.some(holdsIt);
  if (!parameters.some(holdsIt)) return;
  throw new RegistryError('invalid-request', 'A text has the character U+0000, which cannot be kept.');
}
