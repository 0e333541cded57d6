export { checkVersion, giveUpChecking } from './check-version.ts';
export { coverageStatement, isComplete, percentLookedAt } from './coverage-statement.ts';
export type { FalseAlarm, FalseAlarmPut } from './false-alarm.ts';
export { fillInHallmarks } from './fill-in-hallmarks.ts';
export { ledgerDigest } from './ledger-digest.ts';
export { listFalseAlarms } from './list-false-alarms.ts';
export { type ListedVerdict, listVerdicts } from './list-verdicts.ts';
export { markFalseAlarm } from './mark-false-alarm.ts';
export type * from './ports.ts';
export { giveUpReleasing, publishReleasedVersion } from './publish-released-version.ts';
export { type Reach, readBlastRadius } from './read-blast-radius.ts';
export { readUploadProgress, type UploadProgress } from './read-upload-progress.ts';
export { recheckContent } from './recheck-content.ts';
export { removeContent } from './remove-content.ts';
export type { Report, ReportPut } from './report.ts';
export {
  type ReviewCase,
  type ReviewSettings,
  readCase,
  readCaseFile,
  rejectVersion,
  releaseVersion,
} from './review-version.ts';
export { sweepContent } from './sweep-content.ts';
export { sweepVerdicts } from './sweep-verdicts.ts';
export {
  type CheckSummary,
  type ContentVerdict,
  isRuleSetFor,
  judged,
  ruleSetOf,
  type VerdictAppended,
} from './verdict.ts';
