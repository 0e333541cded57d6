// The download decision. Every face asks here before it gives an address or a byte of content.
import { type Caller, hasPermission, reachesPackage } from '../caller.ts';
import { isReadable, type Package, type Version } from '../packages/index.ts';

export interface GateDecision {
  readonly allowed: boolean;
  /** For the caller and the audit. */
  readonly reason: string;
  /** The policies that determined the decision. */
  readonly policies: readonly string[];
}

/** Decides for a version that the caller may know of. */
export function decideDownload(caller: Caller, pkg: Package, version: Version): GateDecision {
  if (!hasPermission(caller, 'download'))
    return denied('permission-missing', 'The permission `download` is missing.');
  if (!reachesPackage(caller, pkg.name))
    return denied('token-scope', `The token is not for packages named ${pkg.name}.`);
  if (!isReadable(version.state)) return denied('not-readable', `The version is ${version.state}.`);
  return version.state === 'yanked'
    ? allowed('yanked', `Allowed, but yanked: ${version.reason ?? 'no reason given'}`)
    : allowed('published', 'Published, and the permission `download` is there.');
}

function allowed(policy: string, reason: string): GateDecision {
  return { allowed: true, reason, policies: [policy] };
}

function denied(policy: string, reason: string): GateDecision {
  return { allowed: false, reason, policies: [policy] };
}
