// What the main thread and the check threads say to each other: plain data, in small pieces, so that the main
// thread is never busy copying for long.
import type {
  About,
  ArchiveLimits,
  FindingsPart,
  PackageExamined,
  RememberedFile,
  StructureChecked,
} from '../../core/checks/index.ts';
import type { ContentLocation } from '../../core/content/index.ts';
import type { StorageFailure, Transience } from '../../core/errors.ts';

/** Every piece of work, with what it answers. */
export interface CheckTasks {
  hash: { asked: object; answer: string };
  survey: {
    /** `hintsFor`: a package of that kind; null: no hints are needed. */
    asked: { readonly limits: ArchiveLimits; readonly hintsFor: About['kind'] | null };
    answer: PackedSurvey;
  };
  members: {
    asked: {
      readonly members: PackedMembers;
      readonly kind: About['kind'];
      readonly limits: ArchiveLimits;
      /** Of what was expanded inside files, for the whole examination. */
      readonly spent: SharedArrayBuffer;
      /** Null: every file is looked at. */
      readonly memory: Remembering | null;
    };
    answer: PackageExamined;
  };
  structure: {
    asked: { readonly about: About; readonly limits: ArchiveLimits };
    answer: StructureChecked;
  };
}

export type CheckTask = {
  [Name in keyof CheckTasks]: {
    readonly task: Name;
    readonly content: ContentLocation;
    /** Counts bytes of work that nobody could foresee, while the task runs. */
    readonly worked: SharedArrayBuffer;
  } & CheckTasks[Name]['asked'];
}[keyof CheckTasks];

/**
 * `Member[]` as JSON in bytes: goes from thread to thread through the main one, which copies it without having to
 * make 200,000 objects of it.
 */
export type PackedMembers = Uint8Array;

export interface PackedSurvey {
  readonly findings: FindingsPart;
  readonly bytesLookedAt: number;
  readonly batches: readonly PackedBatch[];
}

export interface PackedBatch {
  readonly members: PackedMembers;
  readonly workBytes: number;
  /** By which files of it may be remembered. */
  readonly hints: readonly string[];
}

export interface Remembering {
  /** Those that look for malware, with the rules that files are remembered by. */
  readonly engines: readonly string[];
  readonly known: readonly RememberedFile[];
}

/** An error loses its class on the way between threads; a store that fails must stay recognisable. */
export type TaskOutcome<T> =
  | { readonly answer: T }
  | { readonly storageFailure: StorageFailure; readonly transience: Transience; readonly message: string };
