import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import {
  type HallmarkStatement,
  isHallmark,
  type ReceiptStatement,
  type Verified,
  verifyStatement,
} from '../core/hallmarks/index.ts';
import { KeySetError, type PublicKey, publicKeysIn, verifySignature } from '../core/signing/index.ts';

export interface VerifyGiven {
  /** Of a hallmark or a receipt. */
  readonly statementPath: string;
  readonly filePath: string;
  /** A path or an address of a key set. */
  readonly keys: string;
  readonly registryName: string | undefined;
}

/**
 * Verifies that a hallmark or receipt is about the file, and prints what it attests. Rejects with a `VerificationError` or
 * `KeySetError` that says why not. Nothing is asked of a registry, unless its address is given for the keys.
 */
export async function verifyFile(given: VerifyGiven, print: (line: string) => void): Promise<void> {
  const { statementPath, filePath, registryName } = given;
  const envelope = await readFile(statementPath, 'utf8');
  const keys = await keysFrom(given.keys);
  const digest = await digestOf(filePath);
  const verified = await verifyStatement({ verifySignature }, envelope, keys, { digest, registryName });
  for (const line of summaryOf(verified, filePath)) print(line);
}

async function digestOf(path: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path, { highWaterMark: 1024 * 1024 }), hash);
  return hash.digest('hex');
}

async function keysFrom(place: string): Promise<readonly PublicKey[]> {
  if (!/^https?:/i.test(place)) return publicKeysIn(await readFile(place, 'utf8'));
  const address = URL.parse(place);
  const isLocal = ['localhost', '127.0.0.1', '[::1]'].includes(address?.hostname ?? '');
  if (address === null || (address.protocol !== 'https:' && !isLocal)) {
    throw new KeySetError(`Keys are not believed from ${place}: use https, or a file.`);
  }
  return publicKeysIn(await textAt(address));
}

const longestWaitMs = 30_000;

async function textAt(address: URL): Promise<string> {
  let status: number;
  try {
    const response = await fetch(address, { redirect: 'error', signal: AbortSignal.timeout(longestWaitMs) });
    if (response.ok) return await response.text();
    status = response.status;
  } catch (error) {
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
    throw new KeySetError(`The keys at ${address} cannot be had: ${String(cause)}`);
  }
  throw new KeySetError(`The keys at ${address} cannot be had: it answers with ${status}.`);
}

function summaryOf({ statement, key }: Verified, filePath: string): string[] {
  const { registry, package: pkg, version, issuedAt } = statement.predicate;
  const [{ digest }] = statement.subject;
  const what = isHallmark(statement) ? 'hallmark' : 'receipt';
  const retired = key.retiredAt === null ? '' : `, which signs until ${key.retiredAt.toISOString()}`;
  const rows = [
    ['file', filePath],
    ['is', `${pkg.kind} ${pkg.name} ${version.label}`],
    ['digest', `sha256:${digest.sha256}`],
    ...(isHallmark(statement) ? hallmarkRows(statement) : receiptRows(statement)),
    ['issued', issuedAt],
    ['key', `${key.keyId}${retired}`],
  ];
  const title = `Good: a ${what} of the registry ${registry.name}${registry.url === null ? '' : ` (${registry.url})`}.`;
  return [title, ...rows.map(([name = '', value = '']) => `  ${name.padEnd(10)}${value}`)].map(printable);
}

function hallmarkRows({ predicate }: HallmarkStatement): string[][] {
  const { decision, verdict, checks, ruleSet, coverage, publishedAt, occasion } = predicate;
  const released = decision.outcome === 'released';
  const why = released ? `released by a reviewer: ${decision.reason ?? 'the reason is not known'}` : 'passed';
  return [
    ['published', `${publishedAt}, ${why}`],
    ['verdict', `${verdict} (${occasion})`],
    ...checks.map(({ check, rules, verdict: one, findings: { blocks, warns, informs } }) => [
      '',
      `${check} by rules ${rules}: ${one}; ${blocks} blocking findings, ${warns} warnings, ${informs} hints`,
    ]),
    ['rules', ruleSet ?? 'not known'],
    ['coverage', coverage.statement],
  ];
}

function receiptRows({ predicate }: ReceiptStatement): string[][] {
  const { downloader, decision, auditEntryId } = predicate;
  const who = downloader === null ? 'nobody in particular' : `${downloader.userName} (${downloader.userId})`;
  return [
    ['for', who],
    ['allowed', decision.reason],
    ['policies', decision.policies.join(', ') || 'none'],
    ['on record', `audit entry ${auditEntryId}`],
  ];
}

/** What somebody has written must not steer the terminal. */
function printable(line: string): string {
  return line.replaceAll(/\p{Cc}|\p{Cf}/gu, '\uFFFD');
}
