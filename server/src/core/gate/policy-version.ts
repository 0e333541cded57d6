// The administrators' policies, as the list of what they have been: each change adds a version with the whole text, and
// nothing of the list ever changes. The last version is in force; before the first there are none but the built-in ones.
import { createHash } from 'node:crypto';

export interface PolicyVersion {
  /** From 1 on, without holes. */
  readonly number: number;
  /** In Cedar; empty: no policies but the built-in ones. */
  readonly text: string;
  /** SHA-256 of the text in UTF-8, lower-case hex. */
  readonly digest: string;
  /** Why it was changed. */
  readonly reason: string;
  readonly author: { readonly userId: string; readonly userName: string };
  readonly createdAt: Date;
}

/** A version without its text, of which there may be a lot. */
export type ListedPolicyVersion = Omit<PolicyVersion, 'text'>;

/** Adds a version, which is in force from then on. Violated (`state-conflict`) when there is one of that number. */
export interface PolicyAppended {
  readonly change: 'policy.append';
  readonly version: PolicyVersion;
}

export function digestOfPolicies(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
