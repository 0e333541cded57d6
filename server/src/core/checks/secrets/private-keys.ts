// Private keys as they are written into files: PEM (RFC 7468), OpenSSH, PGP (RFC 9580) and PuTTY.
import type { RuleId } from '../rules.ts';
import { entropyOf } from './judge-value.ts';

export interface FoundKey {
  readonly rule: RuleId;
  readonly name: string;
  /** In the text. */
  readonly start: number;
  readonly end: number;
}

/** Whatever else a file says, a private key has these words in front of it, or those of PuTTY. */
export const keyMarks = ['PRIVATE KEY', 'PuTTY-User-Key-File-'] as const;

/** How far before a mark, and behind it, a key is told from a text about keys. */
export const bytesBefore = 64;
export const bytesBehind = 900;

const begin = /-----BEGIN ([A-Z0-9 ]{0,30})PRIVATE KEY( BLOCK)?-----/g;
const endOfLine = /^[\t "',+]*(\r?\n|\\+[nr])/;
/** Lines of a header, also where JSON or a program has written the ends of lines out. */
const fill = /(?:[\s\\]|\\[nrt]|["'+,]|[A-Z][A-Za-z-]{2,30}: ?[^\r\n\\]{0,200}(?:\r?\n|\\n|\\r))*/y;
const body = /(?:[A-Za-z0-9+/=]|\s|\\[nrt]|["'+,] {0,8}){64,400}/y;
const putty =
  /PuTTY-User-Key-File-[0-9]: [a-z0-9@.-]{3,60}[\s\S]{0,500}?Private-Lines: [0-9]{1,4}\s{1,2}[A-Za-z0-9+/=]{16}/g;

/** Looks at a piece of text around a mark. */
export function findKeys(text: string): FoundKey[] {
  const found: FoundKey[] = [];
  for (const match of text.matchAll(begin)) {
    const [whole, kind = '', block] = match;
    const end = bodyEnd(text, match.index + whole.length);
    if (end === null) continue;
    const isEncrypted =
      kind.startsWith('ENCRYPTED') || /Proc-Type: ?4,ENCRYPTED/.test(text.slice(match.index, end));
    const name = block === undefined ? `a private key (${kind.trim() || 'PKCS #8'})` : 'a private key of PGP';
    const isAccount = /"type"\s*:\s*"service_account"/.test(text);
    found.push({
      rule: isEncrypted
        ? 'secrets.encrypted-private-key'
        : isAccount
          ? 'secrets.cloud-key'
          : 'secrets.private-key',
      name: isAccount ? 'the key of a Google service account' : name,
      start: match.index,
      end,
    });
  }
  for (const match of text.matchAll(putty)) {
    const isEncrypted = !/Encryption: none/.test(match[0]);
    found.push({
      rule: isEncrypted ? 'secrets.encrypted-private-key' : 'secrets.private-key',
      name: 'a private key of PuTTY',
      start: match.index,
      end: match.index + match[0].length,
    });
  }
  return found;
}

/** Where enough of a key has been seen; null where none follows, as in a program that reads keys. */
function bodyEnd(text: string, from: number): number | null {
  if (!endOfLine.test(text.slice(from, from + bytesBefore))) return null;
  fill.lastIndex = from;
  fill.test(text);
  body.lastIndex = fill.lastIndex === 0 ? from : fill.lastIndex;
  const [content = ''] = body.exec(text) ?? [];
  const key = content.replace(/\\[nrt]|[^A-Za-z0-9+/=]/g, '');
  return key.length >= 40 && entropyOf(key) >= 4 ? body.lastIndex : null;
}
