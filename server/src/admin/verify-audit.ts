import { createReadStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import {
  ExportVerifier,
  IncomparableExport,
  type IntactExport,
  parseCheckpoint,
  type SignedCheckpoint,
  signerOf,
} from '../core/audit/index.ts';
import { keyIdOf, publicKeysIn } from '../core/signing/index.ts';

export interface VerifyingAudit {
  readonly file: string;
  /** An Ed25519 key, base64. */
  readonly key?: string | undefined;
  /** A file with a key set, as the registry publishes it. */
  readonly keysFile?: string | undefined;
  /** A file with a checkpoint that was kept. */
  readonly checkpointFile?: string | undefined;
}

interface TrustedKey {
  readonly keyId: string;
  readonly publicKey: Uint8Array;
}

/** Longer than any line that an export has; what is longer is none. */
const longestLine = 8 * 1024 * 1024;

/**
 * Verifies an export without the registry, reading it once. Throws a `BrokenExport` that tells the first place where it
 * is not as it was written, and an `IncomparableExport` when the kept checkpoint lies outside of it.
 */
export async function verifyAudit(given: VerifyingAudit, print: (line: string) => void): Promise<void> {
  const keys = await trustedKeys(given);
  const checkpoint =
    given.checkpointFile === undefined ? undefined : await keptCheckpoint(given.checkpointFile, keys);
  const { checkpoint: signed, from, until, key } = await verified(given.file, { keys, checkpoint });
  print(`Intact: ${until - from} entries, ${from} to ${until - 1}, of the log ${signed.origin}.`);
  print(`The checkpoint of ${signed.size} entries is signed with the key ${key.keyId}.`);
  if (checkpoint !== undefined)
    print(`The log goes on from the kept checkpoint of ${checkpoint.size} entries.`);
}

async function verified(
  file: string,
  trusted: { readonly keys: readonly TrustedKey[]; readonly checkpoint: SignedCheckpoint | undefined },
): Promise<IntactExport<TrustedKey>> {
  const verifier = new ExportVerifier(trusted);
  let begun: Buffer[] = [];
  let length = 0;
  for await (const chunk of createReadStream(file, { highWaterMark: 1024 * 1024 }) as AsyncIterable<Buffer>) {
    let start = 0;
    for (let end = chunk.indexOf('\n'); end !== -1; end = chunk.indexOf('\n', start)) {
      verifier.take(Buffer.concat([...begun, chunk.subarray(start, end)]));
      [begun, length, start] = [[], 0, end + 1];
    }
    begun.push(chunk.subarray(start));
    length += chunk.length - start;
    // Shorter than it is, it is none either.
    if (length > longestLine) verifier.take(Buffer.concat(begun).subarray(0, longestLine));
  }
  return verifier.outcome(length === 0);
}

async function trustedKeys({ key, keysFile }: VerifyingAudit): Promise<TrustedKey[]> {
  const keys: TrustedKey[] =
    keysFile === undefined ? [] : [...publicKeysIn(await readFile(keysFile, 'utf8'))];
  if (key !== undefined) {
    const publicKey = Buffer.from(key, 'base64');
    keys.push({ keyId: keyIdOf(publicKey), publicKey });
  }
  return keys;
}

async function keptCheckpoint(file: string, keys: readonly TrustedKey[]): Promise<SignedCheckpoint> {
  const checkpoint = parseCheckpoint(await readFile(file, 'utf8'));
  if (signerOf(checkpoint, keys) !== null) return checkpoint;
  throw new IncomparableExport(`The checkpoint in ${file} is not signed by a key that is trusted.`);
}
