export { type AuditAppended, type AuditEntry, type AuditSubject, audited } from './audit-entry.ts';
export type { AuditFilter, AuditLog, DailyCount } from './ports.ts';
