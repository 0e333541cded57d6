export {
  type AuditAppended,
  type AuditDecision,
  type AuditEntry,
  type AuditSubject,
  audited,
  mayReadHistoryOf,
} from './audit-entry.ts';
export { canonicalJson } from './canonical-json.ts';
export { extendTree } from './extend-tree.ts';
export { TreeKeeper, type TreeKeeperPorts, type TreeSettings } from './keep-tree.ts';
export { type ObservingAudit, observingAudit } from './observe.ts';
export type { AuditFilter, AuditLog, DailyCount, DailyFilter } from './ports.ts';
export { leafHashOf, leafText } from './tree-hash.ts';
export type * from './tree-ports.ts';
export { consistencyPath, inclusionPath, provesConsistency, provesInclusion } from './tree-proofs.ts';
export type { Tile, TileKey } from './tree-tiles.ts';
