// One file passes the check of formats by itself, in pieces: what unit tests of formats begin with.
import { type About, ContentInspection, inspectFormats, Ledger } from '../../src/core/checks/index.ts';

export interface Seen {
  readonly rules: readonly string[];
  readonly explanations: readonly string[];
  /** Why not all of it was looked at; null when it was. */
  readonly missed: string | null;
}

export async function lookAtFile(
  name: string,
  content: string | Uint8Array,
  { kind = 'model', pieceBytes = 13 }: { kind?: About['kind']; pieceBytes?: number } = {},
): Promise<Seen> {
  const bytes = Buffer.from(content as Uint8Array);
  const inspection = new ContentInspection([inspectFormats], kind);
  const file = inspection.file(name, bytes.length);
  for (let at = 0; at < bytes.length; at += pieceBytes) await file.push(bytes.subarray(at, at + pieceBytes));
  await file.end();
  const ledger = new Ledger('formats');
  for (const part of inspection.parts()) ledger.absorb(part);
  const findings = ledger.findings.list();
  return {
    rules: findings.map(({ rule }) => rule),
    explanations: findings.map(({ explanation }) => explanation),
    missed: ledger.incomplete,
  };
}

/** What somebody tells who is called with a telling. */
export function whatIsTold(
  look: (telling: Parameters<(typeof inspectFormats)['begin']>[1]) => void,
): string[] {
  const rules: string[] = [];
  look({
    found: (rule) => rules.push(rule),
    missed: (reason) => rules.push(`missed: ${reason}`),
    by: () => {},
  });
  return rules;
}
