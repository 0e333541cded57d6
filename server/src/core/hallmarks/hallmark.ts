import { readEnvelope } from './envelope.ts';
import { type HallmarkStatement, isHallmark, isStatement } from './statement.ts';

/** What the registry has signed about a version when it was published, or when its verdict was renewed. Never changed. */
export interface Hallmark {
  /** Sorts by time. */
  readonly id: string;
  readonly versionId: string;
  readonly digest: string;
  readonly keyId: string;
  readonly issuedAt: Date;
  /** The DSSE envelope, exactly as it was made; at most 128 KiB. */
  readonly envelope: string;
}

/** Adds the hallmark to those of its version. Never violated: ids are new. */
export interface HallmarkAppended {
  readonly change: 'hallmark.append';
  readonly hallmark: Hallmark;
}

/** What one of our own hallmarks says; its signature is not looked at. Null when it is none that this release understands. */
export function statementOf({ envelope }: Hallmark): HallmarkStatement | null {
  const { payload } = readEnvelope(envelope) ?? {};
  if (payload === undefined) return null;
  const statement: unknown = JSON.parse(new TextDecoder().decode(payload));
  return isStatement(statement) && isHallmark(statement) ? statement : null;
}
