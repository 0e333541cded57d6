export {
  type AuditAppended,
  type AuditDecision,
  type AuditEntry,
  type AuditSubject,
  audited,
  keepableText,
  mayReadHistoryOf,
} from './audit-entry.ts';
export { canonicalJson } from './canonical-json.ts';
export {
  CheckpointError,
  parseCheckpoint,
  type SignedCheckpoint,
  signCheckpoint,
  signerOf,
} from './checkpoint.ts';
export { type ExportRange, exportTree } from './export-tree.ts';
export { extendTree } from './extend-tree.ts';
export { TreeKeeper, type TreeKeeperPorts, type TreeSettings } from './keep-tree.ts';
export { makeCheckpoint, TreeTamperedError } from './make-checkpoint.ts';
export { type ObservingAudit, observingAudit } from './observe.ts';
export type { AuditFilter, AuditLog, DailyCount, DailyFilter } from './ports.ts';
export { type ConsistencyProof, proveConsistency } from './prove-consistency.ts';
export { type EntryProof, proveEntry } from './prove-entry.ts';
export { type ReadCheckpoint, readCheckpoint } from './read-checkpoint.ts';
export { leafHashOf, leafText } from './tree-hash.ts';
export type * from './tree-ports.ts';
export { consistencyPath, inclusionPath, provesConsistency, provesInclusion } from './tree-proofs.ts';
export { type TreeState, treeState } from './tree-state.ts';
export type { Tile, TileKey } from './tree-tiles.ts';
export { BrokenExport, ExportVerifier, IncomparableExport, type IntactExport } from './verify-export.ts';
