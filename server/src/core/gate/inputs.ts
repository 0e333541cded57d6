// What the gate decides by, as plain JSON: it is asked of the policies, kept with the decision in the audit log, and enough
// to decide again later, by other policies. Every field says what was true at that moment.
import { type Caller, type Permission, reachesPackage } from '../caller.ts';
import type { Package, Version } from '../packages/index.ts';
import type { VerdictFacts } from './verdict-facts.ts';

/** `view`: to know of a package; `download` and `readFile`: to have the content of a version, or one file of it. */
export const gateActions = ['view', 'download', 'readFile'] as const;
export type GateAction = (typeof gateActions)[number];

/** The operations that give content away, and what the policies are asked about each. */
export const contentActions = { 'version.download': 'download', 'version.read-file': 'readFile' } as const;
export type ContentOperation = keyof typeof contentActions;
export const contentOperations = Object.keys(contentActions) as readonly ContentOperation[];

export interface DecisionInputs {
  readonly user: UserInputs;
  readonly token: {
    readonly kind: 'session' | 'personal' | 'none';
    /** It is for packages of this name. */
    readonly reaches: boolean;
  };
  readonly package: PackageInputs;
  /** Absent where it is asked who may know of the package. */
  readonly version?: VersionInputs;
  /** In ISO 8601. */
  readonly at: string;
  /** The client's network address; empty where there is none. */
  readonly address: string;
}

export interface UserInputs {
  /** Empty of an anonymous caller, like the name. */
  readonly id: string;
  readonly name: string;
  /** As narrowed by the token. */
  readonly permissions: readonly Permission[];
  readonly reviewer: boolean;
  /** Ids. */
  readonly groups: readonly string[];
}

export type PackageInputs = Pick<
  Package,
  | 'id'
  | 'kind'
  | 'name'
  | 'state'
  | 'ownerId'
  | 'groupId'
  | 'visibility'
  | 'visibleTo'
  | 'sensitive'
  | 'allowedGroups'
>;

export interface VersionInputs
  extends Pick<
    Version,
    'id' | 'label' | 'state' | 'reason' | 'license' | 'sizeBytes' | 'digest' | 'fileName'
  > {
  readonly uploaderId: string;
  /** In ISO 8601; null while it was not published. */
  readonly publishedAt: string | null;
  /** Null while nobody has rated it. */
  readonly rating: number | null;
  /** Absent where no policy has asked for them: they can be read from the history of verdicts. */
  readonly verdicts?: VerdictFacts;
}

export function decisionInputs(
  caller: Caller,
  about: {
    readonly package: Package;
    readonly version?: Version;
    readonly verdicts?: VerdictFacts;
    readonly at: Date;
  },
): DecisionInputs {
  const { package: pkg, version, verdicts, at } = about;
  return {
    user: {
      id: caller.user?.id ?? '',
      name: caller.user?.name ?? '',
      permissions: [...(caller.user?.permissions ?? [])],
      reviewer: caller.user?.reviewer ?? false,
      groups: [...(caller.user?.groupIds ?? [])],
    },
    token: { kind: caller.token?.kind ?? 'none', reaches: reachesPackage(caller, pkg.name) },
    package: packageInputs(pkg),
    ...(version !== undefined && { version: versionInputs(version, verdicts) }),
    at: at.toISOString(),
    address: caller.address,
  };
}

function packageInputs(pkg: Package): PackageInputs {
  const { id, kind, name, state, ownerId, groupId, visibility, visibleTo, sensitive, allowedGroups } = pkg;
  return { id, kind, name, state, ownerId, groupId, visibility, visibleTo, sensitive, allowedGroups };
}

function versionInputs(version: Version, verdicts: VerdictFacts | undefined): VersionInputs {
  const { id, label, state, reason, license, sizeBytes, digest, fileName } = version;
  return {
    id,
    label,
    state,
    reason,
    license,
    sizeBytes,
    digest,
    fileName,
    uploaderId: version.uploadedBy.userId,
    publishedAt: version.publishedAt?.toISOString() ?? null,
    rating: null,
    ...(verdicts !== undefined && { verdicts }),
  };
}
