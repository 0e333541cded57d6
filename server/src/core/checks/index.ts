export type { Member } from './archive/member.ts';
export { type ArchiveSurvey, type MemberBatch, surveyArchive } from './archive/survey-archive.ts';
export { ByteWindow } from './byte-window.ts';
export * from './check.ts';
export { FindingList, type FindingsPart } from './findings.ts';
export { hashContent } from './hash-content.ts';
export { ContentInspection } from './inspection/file-inspection.ts';
export { inspectFormats } from './inspection/inspect-formats.ts';
export type { InspectedFile, Inspector, Telling } from './inspection/inspector.ts';
export { type ContentCheck, contentChecks, type Inspection } from './inspection/inspector.ts';
export { Ledger, type LedgerPart } from './inspection/ledger.ts';
export { OverlappingWindows, type WindowSizes } from './inspection/overlapping-windows.ts';
export { hasText, longText } from './inspection/text-runs.ts';
export type { ArchiveLimits } from './limits.ts';
export type { MalwareEngine, MalwareHit, MalwareTelling } from './malware/engine.ts';
export { malwareInspections } from './malware/inspect-malware.ts';
export { memberStream } from './member-stream.ts';
export { fileMemory } from './memory/file-memory.ts';
export { Recollection } from './memory/recollection.ts';
export {
  hintOf,
  isWorthRemembering,
  type LearntFile,
  memoryRules,
  type RememberedFile,
} from './memory/remembered-file.ts';
export { Budget, budgetCounters } from './nested/budget.ts';
export { examinePackage, type PackageExamined } from './nested/examine-package.ts';
export type { Search } from './nested/level.ts';
export * from './ports.ts';
export { type RuleId, rules, rulesVersions, rulesWith } from './rules.ts';
export { secretsInspection } from './secrets/secrets-inspector.ts';
export {
  policyVersion,
  readSeverities,
  type Severities,
  withSeverities,
} from './severities.ts';
export { checkStructure, type StructureChecked } from './structure/check-structure.ts';
