import type { Group, PersonalToken, Session, User } from '../access/index.ts';
import type { AuditEntry, Leaf, StoredCheckpoint, Tile } from '../audit/index.ts';
import type { PackageFile } from '../checks/index.ts';
import type { ContentKey } from '../content/index.ts';
import type { Delivery, RegistryEvent, Webhook } from '../events/index.ts';
import type { PolicyVersion } from '../gate/index.ts';
import type { Hallmark } from '../hallmarks/index.ts';
import type { Item } from '../items/index.ts';
import type { Job } from '../jobs/index.ts';
import type { Package, Version } from '../packages/index.ts';
import type { ContentVerdict, FalseAlarm, Report } from '../pipeline/index.ts';
import type { Upload } from '../uploads/index.ts';
import type { ValidatorVersion } from '../validators/index.ts';

/**
 * Every kind of record that a registry consists of, as plain values that mean the same on every engine. Left out is
 * what follows from these (counts, indexes, search terms) and what may be forgotten: counts of failed logins, and what
 * was found in files before.
 *
 * In an order in which records come after those they refer to.
 */
export interface RegistryRecords {
  readonly user: KeptUser;
  /** A deleted user, of whom the name stays taken. */
  readonly 'former-user': { readonly id: string; readonly nameKey: string };
  readonly group: Group;
  readonly 'group-member': KeptMember;
  readonly session: Session;
  readonly 'personal-token': PersonalToken;
  readonly item: Item;
  readonly package: KeptPackage;
  readonly version: Version;
  readonly 'version-file': KeptFile;
  readonly report: Report;
  readonly verdict: ContentVerdict;
  readonly hallmark: Hallmark;
  readonly 'false-alarm': FalseAlarm;
  readonly policy: PolicyVersion;
  readonly validator: ValidatorVersion;
  readonly upload: Upload;
  readonly 'content-hold': { readonly digest: string; readonly versionId: string };
  /** Content that is being removed. */
  readonly 'content-removal': { readonly digest: string };
  readonly webhook: Webhook;
  readonly delivery: Delivery;
  readonly event: RegistryEvent;
  readonly job: KeptJob;
  readonly 'audit-entry': AuditEntry;
  readonly 'audit-leaf': Leaf;
  readonly 'audit-tile': Tile;
  readonly 'audit-checkpoint': StoredCheckpoint;
}

export type RecordKind = keyof RegistryRecords;

export interface KeptUser extends User {
  readonly passwordHash: string;
}

export interface KeptMember {
  readonly groupId: string;
  readonly groupName: string;
  readonly userId: string;
  readonly userName: string;
}

/** A package together with what it is found by beyond its own texts. */
export interface KeptPackage {
  readonly package: Package;
  /** The words of its README, as `readmeWords` gives them, with spaces between; null: search does not know the package. */
  readonly readme: string | null;
}

export interface KeptFile extends PackageFile {
  readonly versionId: string;
}

/** A job that is running comes as one that waits; `leasedUntil` tells, and is not stored by `put`. */
export interface KeptJob extends Job {
  readonly state: 'waiting' | 'dead';
  readonly attempt: number;
  readonly failedAt: Date | null;
  readonly failure: string | null;
  readonly leasedUntil: Date | null;
}

/**
 * All records of one kind, for moving a registry to another engine. Nothing here is on the path of a request, so
 * scans are allowed; nothing checks the rules that changes check, and the registry is not in use where `put` and
 * `remove` are called.
 */
export interface KindTransfer<R> {
  /**
   * About `limit` records behind the cursor `after` (null: from the beginning), in whatever order the engine likes;
   * events in theirs. What is stored while somebody walks may be missed; nothing else is missed or comes twice.
   */
  read(after: string | null, limit: number): Promise<KeptPage<R>>;

  /**
   * For packages, whose order of being stored decides between equally good hits of a search: as `read`, in the order of
   * their ids, though what was stored a moment ago may be missed. Absent where `read` has that order.
   */
  readOldestFirst?(after: string | null, limit: number): Promise<KeptPage<R>>;

  /** For each record the one that is stored under the same key; null where there is none. At most 200. */
  match(records: readonly R[]): Promise<readonly (R | null)[]>;

  /**
   * Stores the records, in the place of those with the same keys; at most 200. Durable when it resolves; after a
   * failure some may be stored. Repeating it changes nothing.
   *
   * - Events are stored behind all others, in the order given; one that is stored already stays where it is.
   * - Audit entries never change: one that is stored stays as it is, and is not counted again. So do their places in
   *   the tree and checkpoints.
   * - A record whose unique name or label another one has takes it: the other is removed.
   * - A session, token or membership of a user or group that is not stored may be left out, and is not read.
   */
  put(records: readonly R[]): Promise<void>;

  /**
   * Removes the records with the keys of these; at most 200. Events go from the end only, the last one first. Audit
   * entries, and what belongs to their tree, are never removed: that rejects.
   */
  remove(records: readonly R[]): Promise<void>;
}

export interface KeptPage<R> {
  readonly records: readonly R[];
  /** Null on the last page. */
  readonly next: string | null;
}

export type RecordTransfer = { readonly [K in RecordKind]: KindTransfer<RegistryRecords[K]> };

/**
 * A note beside the records about all of them, while they are moved to other engines.
 *
 *   source   (none) ── begin ──► being-copied ── cut over ──► read-only ── all is the same ──► moved
 *                                      ▲                          │                             │
 *   target   (none) ── begin ──► being-filled ── all is the same ──► (none)                     │
 *                                      └──── abandon ─────────────┘            abandon ──► (none)
 *
 * `being-copied` forbids nothing; `being-filled` that anything is served from there; `read-only` and `moved` that
 * anything is written, except what reading itself writes: the audit, and uses of sessions. So does `paused`, beside all
 * this, for a backup: it lapses by itself unless `since` is renewed.
 */
export interface RegistryMark {
  readonly state: 'being-copied' | 'being-filled' | 'read-only' | 'moved' | 'paused';
  /** The same at the source and at the target of one transfer. */
  readonly transferId: string;
  readonly since: Date;
}

export interface RegistryMarks {
  /** Null when there is none. One keyed read that sees what was written last. */
  read(): Promise<RegistryMark | null>;
  /** Durable when it resolves. */
  write(mark: RegistryMark | null): Promise<void>;
}

/** That an object was found the same on both sides, and as what. */
export interface CarriedContent {
  readonly digest: string;
  readonly sizeBytes: number;
  readonly sourceRevision: string;
  readonly targetRevision: string;
}

/** What a transfer has found out about content, so that going on does not hash everything again. */
export interface TransferJournal {
  find(key: ContentKey): CarriedContent | null;
  remember(key: ContentKey, carried: CarriedContent): void;
}
