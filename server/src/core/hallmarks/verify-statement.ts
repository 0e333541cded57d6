// Whether a hallmark or a receipt is what it says, without the registry: needed are the text, the keys, and the digest of
// the file that it should be about.
import type { PublicKey } from '../signing/index.ts';
import { preAuthenticationEncoding, readEnvelope, statementType } from './envelope.ts';
import { type HallmarkStatement, isStatement, type ReceiptStatement } from './statement.ts';

/** Why something is not believed; the message says it to a person. */
export class VerificationError extends Error {
  override readonly name = 'VerificationError';
  readonly code: VerificationFailure;

  constructor(code: VerificationFailure, message: string) {
    super(message);
    this.code = code;
  }
}

export type VerificationFailure =
  | 'not-an-envelope'
  | 'not-a-statement'
  | 'unknown-key'
  | 'bad-signature'
  | 'key-retired'
  | 'other-file'
  | 'other-registry';

export interface Verified {
  readonly statement: HallmarkStatement | ReceiptStatement;
  readonly key: PublicKey;
}

/** As of Ed25519; a promise where the platform only has that. */
export type VerifySignature = (
  publicKey: Uint8Array,
  payload: Uint8Array,
  signature: Uint8Array,
) => boolean | Promise<boolean>;

export interface Expected {
  /** SHA-256 of the file, lower-case hex. */
  readonly digest: string;
  /** The name of the registry that is meant to have signed; absent: whoever has the keys. */
  readonly registryName?: string | undefined;
}

/** The statement in the envelope, when all of it holds; rejects with a `VerificationError` for whatever does not. */
export async function verifyStatement(
  { verifySignature }: { verifySignature: VerifySignature },
  envelopeText: string,
  keys: readonly PublicKey[],
  expected: Expected,
): Promise<Verified> {
  const envelope = readEnvelope(envelopeText);
  if (envelope === null)
    throw failed('not-an-envelope', 'This is no signed envelope as a registry makes it.');
  const { payload, payloadType, keyId, signature } = envelope;
  if (payloadType !== statementType) {
    throw failed('not-an-envelope', `The envelope is for ${JSON.stringify(payloadType)}, not a statement.`);
  }
  const key = keys.find((known) => known.keyId === keyId);
  if (key === undefined) {
    throw failed(
      'unknown-key',
      `It is signed with the key ${JSON.stringify(keyId)}, which is not among the keys.`,
    );
  }
  const signed = preAuthenticationEncoding(payloadType, payload);
  if (!(await verifySignature(key.publicKey, signed, signature))) {
    throw failed(
      'bad-signature',
      'The signature does not belong to what is signed: one of them was changed.',
    );
  }
  const statement = statementIn(payload);
  requireKeyInUse(statement, key);
  requireExpected(statement, expected);
  return { statement, key };
}

/** Written as the registry writes it, which nothing with a name twice in it is. */
function statementIn(payload: Uint8Array): Verified['statement'] {
  let given: unknown;
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(payload);
    given = JSON.parse(text);
    if (JSON.stringify(given) !== text) given = null;
  } catch {
    given = null;
  }
  if (isStatement(given)) return given;
  throw failed('not-a-statement', 'What is signed is neither a hallmark nor a receipt.');
}

/** A key that has retired may have got into other hands since; what it signed before stays good. */
function requireKeyInUse({ predicate: { issuedAt } }: Verified['statement'], key: PublicKey): void {
  if (key.retiredAt === null || new Date(issuedAt) <= key.retiredAt) return;
  throw failed(
    'key-retired',
    `It was made on ${issuedAt}, but the key ${key.keyId} has been retired since ${key.retiredAt.toISOString()}.`,
  );
}

function requireExpected({ subject, predicate }: Verified['statement'], expected: Expected): void {
  const [{ name, digest }] = subject;
  if (digest.sha256 !== expected.digest) {
    throw failed(
      'other-file',
      `It is about ${name} with the digest ${digest.sha256}; the file has ${expected.digest}.`,
    );
  }
  const { registryName } = expected;
  if (registryName !== undefined && registryName !== predicate.registry.name) {
    const names = [predicate.registry.name, registryName].map((one) => JSON.stringify(one));
    throw failed('other-registry', `It was made by the registry ${names[0]}, not by ${names[1]}.`);
  }
}

function failed(code: VerificationFailure, message: string): VerificationError {
  return new VerificationError(code, message);
}
