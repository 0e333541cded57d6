// The download decision. Every face asks here before it gives an address or a byte of content.
import { type Caller, hasPermission, reachesPackage } from '../caller.ts';
import { isReadable, maintains, type Package, type Version } from '../packages/index.ts';

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
  if (pkg.sensitive && !mayHaveSensitive(caller, pkg)) {
    return denied('sensitive', `${pkg.name} is sensitive, and you are in no group that may download it.`);
  }
  if (!isReadable(version.state)) return denied('not-readable', `The version is ${version.state}.`);
  return version.state === 'yanked'
    ? allowed('yanked', `Allowed, but yanked: ${version.reason ?? 'no reason given'}`)
    : allowed('published', 'Published, and the permission `download` is there.');
}

function mayHaveSensitive(caller: Caller, pkg: Package): boolean {
  return maintains(caller, pkg) || pkg.allowedGroups.some((id) => caller.user?.groupIds.has(id));
}

function allowed(policy: string, reason: string): GateDecision {
  return { allowed: true, reason, policies: [policy] };
}

function denied(policy: string, reason: string): GateDecision {
  return { allowed: false, reason, policies: [policy] };
}
