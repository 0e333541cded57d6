// A checkpoint says how the tree was at a size, signed, in the form of C2SP tlog-checkpoint and signed-note:
//
//   assay.example.org/audit          origin: which log it is
//   1234                             how many entries it has
//   9Zk…=                            the root over them, base64
//                                    (an empty line)
//   — assay.example.org/audit a1b2…  who signed: a name, and base64 of 4 bytes of the key's id and the signature
//
// What is signed are the lines above the empty one, each with its line feed.
import { createHash } from 'node:crypto';
import { type PublicKey, type RegistrySigner, verifySignature } from '../signing/index.ts';
import { hashBytes } from './tree-hash.ts';

export interface Checkpoint {
  readonly origin: string;
  readonly size: number;
  readonly root: Uint8Array;
}

export interface CheckpointSignature {
  readonly name: string;
  /** The first four bytes of a digest of name and key. */
  readonly keyHash: Uint8Array;
  readonly signature: Uint8Array;
}

export interface SignedCheckpoint extends Checkpoint {
  /** What the signatures are over. */
  readonly text: string;
  readonly signatures: readonly CheckpointSignature[];
}

/** What should be a signed checkpoint is none; the message says why. */
export class CheckpointError extends Error {
  override readonly name = 'CheckpointError';
}

const ed25519 = 1;
const keyHashBytes = 4;

export async function signCheckpoint(signer: RegistrySigner, checkpoint: Checkpoint): Promise<string> {
  const text = textOf(checkpoint);
  const { keyId, signature } = await signer.sign(Buffer.from(text));
  const key = (await signer.publicKeys()).find((one) => one.keyId === keyId);
  if (key === undefined) throw new Error(`The registry has signed with ${keyId}, which it does not publish.`);
  const signed = Buffer.concat([keyHashOf(checkpoint.origin, key.publicKey), signature]);
  return `${text}\n— ${checkpoint.origin} ${signed.toString('base64')}\n`;
}

/** Throws a `CheckpointError`. Whether a signature is good is another question. */
export function parseCheckpoint(note: string): SignedCheckpoint {
  const end = note.indexOf('\n\n');
  if (end === -1) throw new CheckpointError('It has no empty line before its signatures.');
  const text = note.slice(0, end + 1);
  const [origin = '', size = '', root = '', ...rest] = text.split('\n');
  const checkpoint = { origin, size: Number(size), root: fromBase64(root) };
  if (
    rest.length !== 1 ||
    textOf(checkpoint) !== text ||
    !(Number.isSafeInteger(checkpoint.size) && checkpoint.size >= 0)
  ) {
    throw new CheckpointError('It does not consist of an origin, a size and a root.');
  }
  if (checkpoint.root.length !== hashBytes) throw new CheckpointError('Its root is not 32 bytes long.');
  const lines = note.slice(end + 2).split('\n');
  if (lines.pop() !== '' || lines.length === 0) throw new CheckpointError('It has no signature.');
  return { ...checkpoint, text, signatures: lines.map(signatureIn) };
}

/** The key that has signed the checkpoint for its origin; null when none of these has. */
export function signerOf<K extends Pick<PublicKey, 'publicKey'>>(
  { origin, text, signatures }: SignedCheckpoint,
  keys: readonly K[],
): K | null {
  const payload = Buffer.from(text);
  const hasSigned = ({ publicKey }: K) =>
    signatures.some(
      ({ name, keyHash, signature }) =>
        name === origin &&
        keyHashOf(name, publicKey).equals(keyHash) &&
        verifySignature(publicKey, payload, signature),
    );
  return keys.find(hasSigned) ?? null;
}

function textOf({ origin, size, root }: Checkpoint): string {
  return `${origin}\n${size}\n${Buffer.from(root).toString('base64')}\n`;
}

function keyHashOf(name: string, publicKey: Uint8Array): Buffer {
  const digest = createHash('sha256')
    .update(`${name}\n`)
    .update(Buffer.from([ed25519]))
    .update(publicKey)
    .digest();
  return digest.subarray(0, keyHashBytes);
}

function signatureIn(line: string): CheckpointSignature {
  const [dash, name = '', encoded = '', ...rest] = line.split(' ');
  const bytes = fromBase64(encoded);
  if (dash !== '—' || name === '' || rest.length > 0 || bytes.toString('base64') !== encoded) {
    throw new CheckpointError('A line of its signatures is none.');
  }
  return { name, keyHash: bytes.subarray(0, keyHashBytes), signature: bytes.subarray(keyHashBytes) };
}

function fromBase64(text: string): Buffer {
  return Buffer.from(text, 'base64');
}
