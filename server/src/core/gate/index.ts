export { decideDownload, type GateDecision } from './decide-download.ts';
export { type Download, downloadVersion } from './download-version.ts';
export type { DecisionInputs, GateAction } from './inputs.ts';
export { isServed } from './is-served.ts';
export {
  digestOfPolicies,
  type ListedPolicyVersion,
  type PolicyAppended,
  type PolicyVersion,
} from './policy-version.ts';
export type * from './ports.ts';
export { readFile } from './read-file.ts';
