// What the registry states about a version, as in-toto statements (https://in-toto.io/Statement/v1). The predicates are
// ours; docs/hallmarks.md describes them for those who read them elsewhere.
import type { Severity, Verdict } from '../checks/index.ts';
import type { Package, PackageKind, Version } from '../packages/index.ts';

export const hallmarkPredicate = 'urn:assay:hallmark:v1';
export const receiptPredicate = 'urn:assay:receipt:v1';
const statementSchema = 'https://in-toto.io/Statement/v1';

export interface Statement<Predicate> {
  readonly _type: typeof statementSchema;
  readonly subject: readonly [{ readonly name: string; readonly digest: { readonly sha256: string } }];
  readonly predicateType: string;
  readonly predicate: Predicate;
}

/** Which registry speaks, as its operator has named it. */
export interface RegistryIdentity {
  readonly name: string;
  /** Where it is reached; null when that is not configured. */
  readonly url: string | null;
}

/** What both kinds of statement say. Moments are ISO texts. */
export interface Stated {
  readonly registry: RegistryIdentity;
  readonly package: { readonly id: string; readonly kind: PackageKind; readonly name: string };
  readonly version: { readonly id: string; readonly label: string; readonly sizeBytes: number };
  readonly issuedAt: string;
}

/** What the registry has found out about the bytes of a version, and why it published them. */
export interface HallmarkPredicate extends Stated {
  readonly publishedAt: string;
  readonly occasion: Occasion;
  readonly decision: PublicationDecision;
  readonly verdict: Verdict;
  /** The versions of all rules, and of the signatures of malware engines, that were applied; null when not known. */
  readonly ruleSet: string | null;
  readonly checks: readonly AttestedCheck[];
  readonly coverage: AttestedCoverage;
}

/**
 * `published`: with the version; `rechecked`: its content has passed newer rules; `filled-in`: the version was published
 * by a release that issued none.
 */
export type Occasion = 'published' | 'rechecked' | 'filled-in';

export type PublicationDecision =
  | { readonly outcome: 'passed' }
  /** In a reviewer's words; null where they are not known any more. */
  | { readonly outcome: 'released'; readonly reason: string | null };

/** One check in short. */
export interface AttestedCheck {
  readonly check: string;
  /** The version of its rules. */
  readonly rules: string;
  readonly verdict: Verdict;
  readonly findings: Readonly<Record<Severity, number>>;
  readonly bytesLookedAt: number;
  readonly bytesInAll: number;
}

export interface AttestedCoverage {
  readonly complete: boolean;
  /** In words, cut to keep a hallmark small; all of it is in the ledger. */
  readonly statement: string;
  /** SHA-256 of the ledger of all checks, as the registry has it. */
  readonly ledger: { readonly sha256: string };
}

/** What the gate has decided about one download. */
export interface ReceiptPredicate extends Stated {
  readonly downloader: { readonly userId: string; readonly userName: string } | null;
  readonly decision: {
    readonly allowed: true;
    readonly reason: string;
    readonly policies: readonly string[];
  };
  /** The entry in the audit log that this is about. */
  readonly auditEntryId: string;
}

export type HallmarkStatement = Statement<HallmarkPredicate>;
export type ReceiptStatement = Statement<ReceiptPredicate>;

export function statementOn<Predicate>(
  pkg: Pick<Package, 'kind' | 'name'>,
  label: string,
  digest: string,
  about: { readonly predicateType: string; readonly predicate: Predicate },
): Statement<Predicate> {
  return {
    _type: statementSchema,
    subject: [{ name: subjectName(pkg, label), digest: { sha256: digest } }],
    ...about,
  };
}

/** Like a package URL: `pkg:assay/model/tokenizer@1.2.0`. */
function subjectName({ kind, name }: Pick<Package, 'kind' | 'name'>, label: string): string {
  const path = name.split('/').map(encodeURIComponent).join('/');
  return `pkg:assay/${kind}/${path}@${encodeURIComponent(label)}`;
}

export function stated(registry: RegistryIdentity, pkg: Package, version: Version, now: Date): Stated {
  return {
    registry,
    package: { id: pkg.id, kind: pkg.kind, name: pkg.name },
    version: { id: version.id, label: version.label, sizeBytes: version.sizeBytes },
    issuedAt: now.toISOString(),
  };
}

/** Is it shaped like a statement of ours of one kind or the other? */
export function isStatement(value: unknown): value is HallmarkStatement | ReceiptStatement {
  const { _type, subject, predicateType, predicate } = (value ?? {}) as Partial<Statement<Partial<Stated>>>;
  if (_type !== statementSchema || !Array.isArray(subject) || subject.length !== 1) return false;
  if (predicateType !== hallmarkPredicate && predicateType !== receiptPredicate) return false;
  const digest: unknown = subject[0]?.digest?.sha256;
  const isComplete =
    typeof predicate?.registry?.name === 'string' &&
    typeof predicate.package?.name === 'string' &&
    typeof predicate.version?.label === 'string' &&
    typeof predicate.issuedAt === 'string' &&
    !Number.isNaN(Date.parse(predicate.issuedAt));
  return typeof digest === 'string' && /^[0-9a-f]{64}$/.test(digest) && isComplete;
}

export function isHallmark(statement: HallmarkStatement | ReceiptStatement): statement is HallmarkStatement {
  return statement.predicateType === hallmarkPredicate;
}
