// The shapes of the API's answers, as its OpenAPI document describes them. Over 400 lines because it is one list.

export type PackageKind = 'model' | 'dataset' | 'code';
export type Permission = 'upload' | 'search' | 'download' | 'admin';
export type Verdict = 'passed' | 'failed' | 'inconclusive';

export interface Page<T> {
  readonly items: readonly T[];
  /** Pass as `after`; null on the last page. */
  readonly next: string | null;
}

export interface PageOptions {
  readonly limit?: number;
  readonly after?: string;
}

/** What the registry has signed about its audit log. */
export interface AuditCheckpoint {
  readonly origin: string;
  readonly size: number;
  /** SHA-256, base64. */
  readonly root: string;
  readonly at: string;
  /** The signed note (C2SP tlog-checkpoint): this is what to keep. */
  readonly note: string;
}

/** What shows that an entry is in the audit log; hashes are base64. */
export interface AuditProof {
  readonly entryId: string;
  readonly index: number;
  readonly leafHash: string;
  /** The entry in canonical JSON, whose hash that is; null where not all of it is for who asks. */
  readonly leaf: string | null;
  readonly path: readonly string[];
  readonly checkpoint: AuditCheckpoint;
}

/** What shows that the audit log of `to` entries begins with that of `from`; hashes are base64. */
export interface AuditConsistency {
  readonly from: number;
  readonly to: number;
  readonly fromRoot: string;
  readonly toRoot: string;
  readonly path: readonly string[];
}

export interface Finding {
  readonly rule: string;
  readonly severity: 'blocks' | 'warns' | 'informs';
  readonly path?: string;
  readonly offset?: number;
  readonly explanation: string;
}

export interface Check {
  readonly check: string;
  readonly rules: string;
  readonly verdict: Verdict;
  readonly reason: string | null;
  readonly findings: readonly Finding[];
  readonly bytesLookedAt: number;
  readonly bytesInAll: number;
  /** What was not looked at, and why. Half-open, in bytes from the beginning of the file. */
  readonly gaps: readonly {
    readonly path: string;
    readonly start: number;
    readonly end: number;
    readonly reason: string;
  }[];
  /** What was not looked at again, because the same bytes were looked at before by the same rules. */
  readonly remembered?: {
    readonly bytes: number;
    readonly files: readonly { readonly path: string; readonly digest: string; readonly lookedAt: string }[];
  };
  readonly durationMs: number;
}

export interface Report {
  readonly verdict: Verdict;
  readonly decidedAt: string;
  readonly checks: readonly Check[];
}

/** A report with what it covers. */
export interface ChecksOfVersion extends Report {
  readonly versionId: string;
  readonly version: string;
  readonly digest: string | null;
  /** Every check has looked at every byte that it is about. */
  readonly complete: boolean;
  /** The digest of all this, as hallmarks state it. */
  readonly ledger: string;
  /** The same in words: `100 % of bytes`, or what is missing. */
  readonly coverage: string;
  readonly checks: readonly (Check & {
    readonly complete: boolean;
    /** Cut to hundredths: 100 only when no byte is missing. */
    readonly percentLookedAt: number;
  })[];
}

/** What was concluded about content at one time, by the rules of that time. */
export interface ContentVerdict {
  readonly verdict: Verdict;
  readonly ruleSet: string;
  readonly decidedAt: string;
  /** It counts: the newest that is not inconclusive. */
  readonly inForce: boolean;
  readonly digest: string;
  readonly checks: readonly {
    readonly check: string;
    readonly rules: string;
    readonly verdict: Verdict;
    readonly findings: Readonly<Record<Finding['severity'], number>>;
    readonly bytesLookedAt: number;
    readonly bytesInAll: number;
  }[];
}

export interface Upload {
  readonly id: string;
  readonly state: 'open' | 'completed' | 'aborted' | 'expired';
  readonly kind: PackageKind;
  readonly name: string;
  readonly version: string;
  readonly fileName: string;
  readonly contentType: string;
  readonly sizeBytes: number | null;
  readonly digest: string | null;
  readonly createdAt: string;
  readonly expiresAt: string;
  readonly method: 'form' | 'parts' | 'stream';
  readonly form?: { readonly url: string; readonly fields: Readonly<Record<string, string>> };
  readonly parts?: {
    readonly sizeBytes: number;
    readonly count: number;
    readonly received: readonly { readonly partNumber: number; readonly sizeBytes: number }[];
    readonly addresses: readonly PartAddress[];
  };
  readonly packageId: string | null;
  readonly versionId: string | null;
  readonly outcome?: {
    readonly state: VersionState;
    readonly reason: string | null;
    readonly digest: string | null;
    readonly report: Report | null;
  };
}

export interface PartAddress {
  readonly partNumber: number;
  readonly url: string;
  readonly expiresAt: string;
}

/** Who may know of a package, and who may have its content; those who maintain it and administrators may in any case. */
export interface PackageAccess {
  readonly visibility: 'everybody' | 'groups' | 'owner';
  /** Ids of groups; without effect unless `visibility` is `groups`. */
  readonly visibleTo: readonly string[];
  /** Its content is for those who maintain it and for members of `allowedGroups` only. */
  readonly sensitive: boolean;
  readonly allowedGroups: readonly string[];
}

export interface Package extends PackageAccess {
  readonly id: string;
  readonly kind: PackageKind;
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly owner: { readonly id: string; readonly name: string };
  readonly groupId: string | null;
  readonly state: 'hidden' | 'published' | 'yanked' | 'deleted';
  readonly createdAt: string;
  readonly updatedAt: string;
  readonly latest: { readonly versionId: string; readonly version: string } | null;
}

export type VersionState =
  | 'pending'
  | 'quarantined'
  | 'releasing'
  | 'rejected'
  | 'published'
  | 'yanked'
  | 'deleted';

export interface Version {
  readonly id: string;
  readonly packageId: string;
  readonly version: string;
  readonly state: VersionState;
  readonly fileName: string;
  readonly contentType: string;
  readonly sizeBytes: number;
  readonly digest: string | null;
  readonly uploadedBy: { readonly id: string; readonly name: string };
  readonly createdAt: string;
  readonly decidedAt: string | null;
  readonly publishedAt: string | null;
  /** Since when it waits for reviewers, and the approval of the first of two, where it takes two. */
  readonly review: {
    readonly since: string;
    readonly approval: {
      readonly by: { readonly id: string; readonly name: string };
      readonly at: string;
      readonly reason: string;
    } | null;
  } | null;
  readonly reason: string | null;
  readonly license: string;
  readonly summary: string;
}

export interface PackageFile {
  readonly path: string;
  readonly sizeBytes: number;
  readonly storedBytes: number;
  /** `Range` works on it. */
  readonly rangeable: boolean;
  readonly crc32: string;
  readonly digest: string;
}

export interface Download {
  readonly url: string;
  readonly expiresAt: string;
  readonly sizeBytes: number;
  readonly digest: string;
  readonly version: string;
  readonly reason: string;
  /** Where one was asked for. */
  readonly receipt?: SignedEnvelope;
}

/** A DSSE envelope around an in-toto statement. */
export interface SignedEnvelope {
  readonly payload: string;
  readonly payloadType: string;
  readonly signatures: readonly { readonly keyid: string; readonly sig: string }[];
}

export interface Hallmark {
  readonly id: string;
  readonly issuedAt: string;
  readonly digest: string;
  readonly keyId: string;
  readonly envelope: SignedEnvelope;
}

/** A JSON Web Key Set of Ed25519 keys. */
export interface RegistryKeySet {
  readonly keys: readonly {
    readonly kty: 'OKP';
    readonly crv: 'Ed25519';
    readonly x: string;
    readonly kid: string;
    readonly use: 'sig';
    readonly alg: 'EdDSA';
    /** Seconds since 1970. */
    readonly iat: number;
    /** From when on nothing is signed with it; it may lie ahead. */
    readonly retired?: number;
  }[];
}

export interface ReviewCase {
  readonly package: Package;
  readonly version: Version;
  readonly report: Report | null;
}

/** A reviewer's mark: findings of the rule do not block this content until it expires. */
export interface FalseAlarm {
  readonly digest: string;
  readonly rule: string;
  readonly reason: string;
  readonly markedBy: { readonly id: string; readonly name: string };
  readonly markedAt: string;
  readonly confirmedBy: { readonly id: string; readonly name: string } | null;
  /** False while a second reviewer has yet to confirm it. */
  readonly inForce: boolean;
  readonly expiresAt: string;
}

/** A version with the bytes of one that is under review, and who has downloaded it. */
export interface Reach {
  readonly package: Package;
  readonly version: Version;
  readonly readers: readonly {
    readonly user: { readonly id: string; readonly name: string };
    readonly downloads: number;
    readonly firstAt: string;
    readonly lastAt: string;
  }[];
  /** The next page begins with more downloads of this version. */
  readonly continues: boolean;
}

export interface User {
  readonly id: string;
  readonly name: string;
  readonly permissions: readonly Permission[];
}

export interface Session {
  readonly token: string;
  readonly expiresAt: string;
  readonly usesLeft: number;
  readonly mustChangePassword: boolean;
  readonly user: User;
}

export type ValidatorLanguage = 'python' | 'javascript';

/** What a package's validator was from some moment on; without a language: there was none. */
export interface ListedValidator {
  readonly number: number;
  readonly language: ValidatorLanguage | null;
  /** SHA-256 of the source. */
  readonly digest: string | null;
  readonly madeBy: { readonly id: string; readonly name: string };
  readonly madeAt: string;
}

export interface ValidatorVersion extends ListedValidator {
  readonly source: string | null;
}

export interface Validator extends ValidatorVersion {
  /** It decides about downloads: the package is sensitive. */
  readonly runs: boolean;
}

/** One time that somebody got content of a package, or did not. */
export interface DownloadRecord {
  readonly id: string;
  readonly at: string;
  readonly user: { readonly id: string; readonly name: string } | null;
  readonly version: string | null;
  /** Of a file inside that was read; null: the whole version. */
  readonly path: string | null;
  readonly outcome: 'succeeded' | 'denied' | 'failed';
  readonly reason: string | null;
  readonly validator: {
    /** Which version of the validator was asked. */
    readonly version: number;
    readonly cause: string;
    readonly elapsedMs: number;
    /** What the script has complained of. */
    readonly diagnostics?: string;
  } | null;
}

/** What the gate decides, and by which policies. */
export interface GateDecision {
  readonly allowed: boolean;
  readonly reason: string;
  readonly policies: readonly string[];
}

export interface Explanation extends GateDecision {
  /** A validator would still be run, and may deny. */
  readonly validator: boolean;
}

export interface ListedPolicies {
  readonly number: number;
  /** SHA-256 of the text. */
  readonly digest: string;
  readonly reason: string;
  readonly author: { readonly id: string; readonly name: string };
  readonly createdAt: string;
}

export interface Policies extends ListedPolicies {
  /** In Cedar. */
  readonly text: string;
}

export interface PoliciesInForce {
  /** Null: nobody has ever written any. */
  readonly version: Policies | null;
  /** The built-in ones first. */
  readonly policies: readonly {
    readonly id: string;
    readonly reason: string | null;
    readonly effect: 'permit' | 'forbid';
    readonly actions: readonly ('view' | 'download' | 'readFile')[];
    readonly builtIn: boolean;
  }[];
  /** Why they cannot be used, so that everything is denied; null: they can. */
  readonly fault: string | null;
  /** The text of the built-in policies. */
  readonly builtIn: string;
  /** What policies may ask for, as a Cedar schema. */
  readonly schema: string;
}

export interface Replay {
  readonly decided: number;
  /** Entries of which no decision is on record. */
  readonly skipped: number;
  readonly nowDenied: number;
  readonly nowAllowed: number;
  readonly different: readonly {
    /** Of the entry in the audit log. */
    readonly id: string;
    readonly at: string;
    readonly operation: string;
    readonly user: { readonly id: string; readonly name: string } | null;
    readonly package: { readonly id: string; readonly name: string };
    readonly version: string | null;
    readonly before: GateDecision;
    readonly after: GateDecision;
  }[];
  readonly complete: boolean;
  readonly next: string | null;
}
