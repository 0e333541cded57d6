// An export of the audit tree: lines of canonical JSON, each ended by a line feed.
//
//   {"checkpoint":…,"format":"assay-audit-export/1","from":0,"left":[],"right":[…],"until":1000}
//   {"entry":{…},"hash":"…","index":0}
//   {"entry":{…},"hash":"…","index":1,"subtrees":["…"]}
//   …
//   {"end":1000}
//
// `checkpoint` is the signed note. `left` and `right` are the hashes of the perfect subtrees before `from` and behind
// `until`: with those of the entries they make the root. `subtrees` are the hashes of the perfect subtrees that end with
// the entry, the smallest first; they add no proof, but tell where it breaks. Hashes are base64.
import type { AuditEntry } from './audit-entry.ts';
import { canonicalJson } from './canonical-json.ts';
import type { LeafRange } from './subtrees.ts';

export const exportFormat = 'assay-audit-export/1';

export interface ExportHeader extends LeafRange {
  readonly checkpoint: string;
  readonly left: readonly Uint8Array[];
  readonly right: readonly Uint8Array[];
}

export interface ExportedEntry {
  readonly index: number;
  readonly entry: AuditEntry;
  readonly hash: Uint8Array;
  readonly subtrees: readonly Uint8Array[];
}

export function headerLine({ left, right, ...header }: ExportHeader): string {
  return lineOf({ ...header, format: exportFormat, left: left.map(base64), right: right.map(base64) });
}

export function entryLine({ hash, subtrees, ...entry }: ExportedEntry): string {
  const ending = subtrees.length === 0 ? undefined : subtrees.map(base64);
  return lineOf({ ...entry, hash: base64(hash), subtrees: ending });
}

export function endLine(until: number): string {
  return lineOf({ end: until });
}

function lineOf(value: object): string {
  return `${canonicalJson(value)}\n`;
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64');
}
