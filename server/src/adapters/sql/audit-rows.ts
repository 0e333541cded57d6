// How an entry lies in a row: apart from the queries, so that a thread loads no more than it needs.
import type { AuditEntry } from '../../core/audit/index.ts';
import type { OperationName } from '../../core/operations.ts';

export interface AuditRow {
  id: string;
  at: number;
  operation: string;
  user_id: string | null;
  user_name: string | null;
  token_id: string | null;
  address: string;
  request_id: string;
  package_id: string | null;
  version_id: string | null;
  /** The whole subject as JSON; the two columns above are there to filter by. */
  subject: string;
  outcome: string;
  reason: string | null;
  /** JSON. */
  decision: string | null;
}

export function auditRowOf(entry: AuditEntry): AuditRow {
  return {
    id: entry.id,
    at: entry.at.getTime(),
    operation: entry.operation,
    user_id: entry.actor?.userId ?? null,
    user_name: entry.actor?.userName ?? null,
    token_id: entry.actor?.tokenId ?? null,
    address: entry.address,
    request_id: entry.requestId,
    package_id: entry.subject.packageId ?? null,
    version_id: entry.subject.versionId ?? null,
    subject: JSON.stringify(entry.subject),
    outcome: entry.outcome,
    reason: entry.reason,
    decision: entry.decision === undefined ? null : JSON.stringify(entry.decision),
  };
}

export const auditColumns = [
  'id',
  'at',
  'operation',
  'user_id',
  'user_name',
  'token_id',
  'address',
  'request_id',
  'package_id',
  'version_id',
  'subject',
  'outcome',
  'reason',
  'decision',
] as const satisfies readonly (keyof AuditRow)[];

/** In the order of the columns. */
export function auditValuesOf(entry: AuditEntry): (string | number | null)[] {
  const row = auditRowOf(entry);
  return auditColumns.map((column) => row[column]);
}

export function auditEntryOf(row: AuditRow): AuditEntry {
  return {
    id: row.id,
    at: new Date(row.at),
    operation: row.operation as OperationName,
    actor:
      row.user_id === null
        ? null
        : { userId: row.user_id, userName: row.user_name ?? '', tokenId: row.token_id },
    address: row.address,
    requestId: row.request_id,
    subject: JSON.parse(row.subject),
    outcome: row.outcome as AuditEntry['outcome'],
    reason: row.reason,
    ...(row.decision !== null && { decision: JSON.parse(row.decision) }),
  };
}
