// The check of secrets: every file, text or not, in windows that overlap. What is not text is passed over quickly.
import type { InspectedFile, Inspection, Inspector, Telling } from '../inspection/inspector.ts';
import { OverlappingWindows } from '../inspection/overlapping-windows.ts';
import { forEachRun, shortText, tableOf } from '../inspection/text-runs.ts';
import { alsoInUtf16 } from '../inspection/utf16.ts';
import type { RuleId } from '../rules.ts';
import { entropyOf, isPlaceholder, redact } from './judge-value.ts';
import { bytesBefore, bytesBehind, findKeys, keyMarks } from './private-keys.ts';
import {
  anyFormat,
  awsKeyId,
  awsSecret,
  longestBytes,
  type SecretFormat,
  secretFormats,
} from './secret-formats.ts';

/** How far around a secret something is looked for that belongs to it. */
const contextBytes = 1_024;
/** No secret that stands in one piece is shorter, and no header of a key: where there is no text, there is none of them. */
const shortestBytes = shortText;
const sizes = {
  windowBytes: 1024 * 1024,
  overlapBytes: longestBytes + 4 * contextBytes,
  textBytes: shortestBytes,
};
/** What secrets, and what they stand in, consist of: anything visible that neither quotes nor parts. */
const inOnePiece = tableOf(
  (byte) => byte > 0x20 && byte < 0x7f && !'"\'`\\,;()[]{}<>|'.includes(String.fromCharCode(byte)),
);

export function secretsInspection(): Inspection {
  const windows = new OverlappingWindows(sizes);
  return alsoInUtf16({
    check: 'secrets',
    begin: (file, telling) => inspector(windows, file, telling),
  });
}

function inspector(windows: OverlappingWindows, file: InspectedFile, telling: Telling): Inspector {
  const isNetrc = /^[._]netrc$/i.test(file.name);
  return windows.over(file.sizeBytes, (bytes, start, isLast, mayHoldText) => {
    if (!mayHoldText && !isNetrc) return;
    // What ends near an edge of a window is seen wholly, with what stands around it, in one of its neighbours.
    const from = start === 0 ? 0 : sizes.overlapBytes - contextBytes;
    const to = isLast ? bytes.length : bytes.length - contextBytes;
    const tell: Tell = (found) => {
      if (found.end <= from && start > 0) return;
      if (found.end > to) return;
      const shown = found.secret === '' ? '' : `: ${redact(found.secret)}`;
      telling.found(found.rule, `It holds ${found.name}${shown}.`, start + found.start);
    };
    searchKeys(bytes, tell);
    searchEncodedKeys(bytes, tell);
    forEachRun(bytes, inOnePiece, shortestBytes, (runStart, runEnd) => {
      searchRun(bytes, runStart, runEnd, tell);
      return true;
    });
    if (isNetrc) searchNetrc(bytes.toString('latin1'), tell);
  });
}

interface Found {
  readonly rule: RuleId;
  readonly name: string;
  /** Empty where nothing of it is shown. */
  readonly secret: string;
  readonly start: number;
  readonly end: number;
}

type Tell = (found: Found) => void;

function searchKeys(bytes: Buffer, tell: Tell): void {
  for (const mark of keyMarks) {
    for (let at = bytes.indexOf(mark, 0, 'latin1'); at >= 0; at = bytes.indexOf(mark, at + 1, 'latin1')) {
      // Up to the next key, which has a mark of its own.
      const textStart = Math.max(0, at - bytesBefore);
      const around = bytes.toString('latin1', Math.max(0, textStart - contextBytes), at + bytesBehind);
      const shift = textStart - Math.max(0, textStart - contextBytes);
      for (const key of findKeys(around)) {
        const start = textStart - shift + key.start;
        if (start >= textStart && start <= at)
          tell({ ...key, secret: '', start, end: textStart - shift + key.end });
      }
    }
  }
}

/** As configurations of Kubernetes have them: a whole file in base64. */
function searchEncodedKeys(bytes: Buffer, tell: Tell): void {
  for (let at = bytes.indexOf(encodedBegin); at >= 0; at = bytes.indexOf(encodedBegin, at + 1)) {
    const run = /^[A-Za-z0-9+/]*/.exec(bytes.toString('latin1', at, at + 2 * bytesBehind)) ?? [''];
    const [key] = findKeys(Buffer.from(run[0], 'base64').toString('latin1'));
    if (key !== undefined)
      tell({ ...key, name: `${key.name} in base64`, secret: '', start: at, end: at + run[0].length });
  }
}

/** `-----BEGIN`, whatever follows it. */
const encodedBegin = 'LS0tLS1CRUdJT';

function searchRun(bytes: Buffer, runStart: number, runEnd: number, tell: Tell): void {
  const run = bytes.toString('latin1', runStart, runEnd);
  if (!anyFormat.test(run)) return;
  const around = (start: number, end: number) =>
    bytes.toString('latin1', Math.max(0, runStart + start - contextBytes), runStart + end + contextBytes);
  for (const format of secretFormats) {
    for (const match of run.matchAll(format.pattern)) {
      const end = match.index + match[0].length;
      const rule = judge(format, match, () => around(match.index, end));
      if (rule === null) continue;
      const secret = match[1] ?? match[0];
      tell({ rule, name: format.name, secret, start: runStart + match.index, end: runStart + end });
    }
  }
  for (const match of run.matchAll(awsKeyId)) {
    const [id] = match;
    if (isPlaceholder(id)) continue;
    const [start, end] = [match.index, match.index + id.length];
    const isWhole = [...around(start, end).matchAll(awsSecret)].some(([secret]) => isAwsSecret(secret));
    tell({
      rule: isWhole ? 'secrets.cloud-key' : 'secrets.possible',
      name: isWhole ? 'an AWS access key, its secret beside it' : 'the id of an AWS access key',
      secret: id,
      start: runStart + start,
      end: runStart + end,
    });
  }
}

/** By which rule it is one; null when it is made up. */
function judge(format: SecretFormat, match: RegExpExecArray, around: () => string): RuleId | null {
  const secret = match[1] ?? match[0];
  if (isPlaceholder(secret) || entropyOf(secret) < format.leastEntropy) return null;
  if (format.context !== undefined && !format.context.test(around())) return null;
  return format.isValid?.(secret) === false ? 'secrets.possible' : format.rule;
}

function isAwsSecret(secret: string): boolean {
  const isMixed = /[a-z]/.test(secret) && /[A-Z]/.test(secret) && /[0-9+/]/.test(secret);
  return isMixed && !isPlaceholder(secret) && entropyOf(secret) >= 4.2;
}

/** `machine … login … password …`, on one line or several. */
function searchNetrc(text: string, tell: Tell): void {
  for (const match of text.matchAll(/\bpassword[ \t\r\n]{1,20}([^\s]{4,500})/g)) {
    const [whole, secret = ''] = match;
    if (isPlaceholder(secret)) continue;
    tell({
      rule: 'secrets.password',
      name: 'a password of a .netrc',
      secret,
      start: match.index,
      end: match.index + whole.length,
    });
  }
}
