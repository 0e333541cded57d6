// The download decision. Every face asks here before it gives an address or a byte of content.
import { type Caller, hasPermission, reachesPackage } from '../caller.ts';
import { isReadable, type Package, type Version } from '../packages/index.ts';

export interface GateDecision {
  readonly allowed: boolean;
  /** For the caller and the audit. */
  readonly reason: string;
}

/** Decides for a version that the caller may know of. */
export function decideDownload(caller: Caller, pkg: Package, version: Version): GateDecision {
  if (!hasPermission(caller, 'download')) return denied('The permission `download` is missing.');
  if (!reachesPackage(caller, pkg.name)) return denied(`The token is not for packages named ${pkg.name}.`);
  if (!isReadable(version.state)) return denied(`The version is ${version.state}.`);
  return version.state === 'yanked'
    ? { allowed: true, reason: `Allowed, but yanked: ${version.reason ?? 'no reason given'}` }
    : { allowed: true, reason: 'Published, and the permission `download` is there.' };
}

function denied(reason: string): GateDecision {
  return { allowed: false, reason };
}
