export { type ActivePolicies, PolicyKeeper } from './active-policies.ts';
export { changePolicies } from './change-policies.ts';
export type { GateDecision } from './decide.ts';
export { decideDownload, type MadeDecision } from './decide-download.ts';
export { type Download, downloadVersion } from './download-version.ts';
export { type Explanation, explainDownload } from './explain-download.ts';
export { withHiddenPackages } from './hide-packages.ts';
export {
  contentOperations,
  type DecisionInputs,
  type GateAction,
  gateActions,
  type PackageInputs,
  type UserInputs,
  type VersionInputs,
} from './inputs.ts';
export { isServed } from './is-served.ts';
export { type DownloadRecord, listDownloads } from './list-downloads.ts';
export {
  digestOfPolicies,
  type ListedPolicyVersion,
  type PolicyAppended,
  type PolicyVersion,
} from './policy-version.ts';
export type * from './ports.ts';
export { readFile } from './read-file.ts';
export { type PoliciesInForce, readPolicies, readPolicyVersion } from './read-policies.ts';
export { type DifferentDecision, type Replay, replayDecisions } from './replay-decisions.ts';
