export {
  type AuditAppended,
  type AuditDecision,
  type AuditEntry,
  type AuditSubject,
  audited,
  mayReadHistoryOf,
} from './audit-entry.ts';
export { type ObservingAudit, observingAudit } from './observe.ts';
export type { AuditFilter, AuditLog, DailyCount, DailyFilter } from './ports.ts';
