// The text of a personal access token:
//
//   assay_ <43 characters: 32 random bytes in base 62> <6 characters: CRC-32 of those, in base 62>
//
// The prefix and the checksum let secret scanners recognise one, and let us refuse a mistyped one without asking
// the database. 256 random bits need no salt and no slow hash: SHA-256 of the text is what is stored.
import { hash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import type { Randomness } from '../clock.ts';

const prefix = 'assay_';
const digits = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const randomLength = 43;
const checksumLength = 6;
const totalLength = prefix.length + randomLength + checksumLength;

export function newTokenText(randomness: Randomness): string {
  const random = inBase62(BigInt(`0x${randomness.bytes(32).toString('hex')}`), randomLength);
  return prefix + random + checksumOf(random);
}

export function looksPersonal(text: string): boolean {
  return text.startsWith(prefix);
}

/** What the token is stored under; null when the text cannot be one of ours. */
export function hashOfTokenText(text: string): string | null {
  if (text.length !== totalLength) return null;
  const random = text.slice(prefix.length, -checksumLength);
  return text.endsWith(checksumOf(random)) ? hash('sha256', text, 'hex') : null;
}

function checksumOf(random: string): string {
  let left = crc32(random);
  let text = '';
  for (let i = 0; i < checksumLength; i += 1) {
    text = digits.charAt(left % 62) + text;
    left = Math.floor(left / 62);
  }
  return text;
}

function inBase62(value: bigint, length: number): string {
  let left = value;
  let text = '';
  for (let i = 0; i < length; i += 1) {
    text = digits.charAt(Number(left % 62n)) + text;
    left /= 62n;
  }
  return text;
}
