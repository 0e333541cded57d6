// Whether what looks like a secret may be one: documentation is full of those that are none.
import { crc32 } from 'node:zlib';

/** Words and rows of characters that people put where a secret would stand. */
const placeholder =
  /example|placeholder|redacted|changeme|change_me|your[-_]?(api|access|secret|token|key|own|password)|dummy|insert|replace|x{4}|\*{3}|\.{3}|0{6}|1{6}|a{6}|123456|abcdef|deadbeef|foobar|<|\$\{|\{\{|%\(|\$[A-Z_]+/i;

export function isPlaceholder(value: string): boolean {
  return placeholder.test(value);
}

/** Shannon's, in bits a character. Of 36 random letters and digits it is about 4.6, of words under 3.5. */
export function entropyOf(value: string): number {
  const counts = new Map<string, number>();
  for (const character of value) counts.set(character, (counts.get(character) ?? 0) + 1);
  let entropy = 0;
  for (const count of counts.values()) {
    const share = count / value.length;
    entropy -= share * Math.log2(share);
  }
  return entropy;
}

const digits = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

/**
 * Tokens of GitHub and npm: 30 random characters, then their CRC-32 as 6 digits to the base 62.
 * https://github.blog/engineering/platform-security/behind-githubs-new-authentication-token-formats/
 */
export function hasCrc32Digits(token: string): boolean {
  const [, random = '', check = ''] = /_([A-Za-z0-9]{30})([A-Za-z0-9]{6})$/.exec(token) ?? [];
  if (check === '') return false;
  let value = 0;
  for (const digit of check) value = value * 62 + digits.indexOf(digit);
  return value === crc32(random);
}

/** What people are shown of it: enough to know it again, too little to use it. */
export function redact(value: string): string {
  return `${value.slice(0, 4)}… (${value.length} characters)`;
}
