import type { PackageFile } from '../checks/index.ts';
import type { Page, PageRequest } from '../paging.ts';
import type { FalseAlarm } from './false-alarm.ts';
import type { Report } from './report.ts';
import type { ContentVerdict } from './verdict.ts';

export interface ReportStore {
  find(versionId: string): Promise<Report | null>;
}

/** What reviewers have marked; see false-alarm.ts. */
export interface FalseAlarmStore {
  /** In order of rules; those that have expired, too. */
  list(digest: string): Promise<readonly FalseAlarm[]>;
}

/** Every verdict on every content. */
export interface VerdictStore {
  /** Newest first. */
  list(digest: string, page: PageRequest): Promise<Page<ContentVerdict>>;
  /** The newest by these rules; null when there is none. */
  find(digest: string, ruleSet: string): Promise<ContentVerdict | null>;
  /** The newest that is not inconclusive: the one in force. Null when there is none. */
  lastCompleted(digest: string): Promise<ContentVerdict | null>;
}

/** The files inside each version. Not part of commits: there may be hundreds of thousands. */
export interface VersionFileStore {
  /** Adds the files; those that are there already are replaced. Durable when it resolves. */
  put(versionId: string, files: readonly PackageFile[]): Promise<void>;
  /** In ascending byte order of paths; only below `folder` when given (without a slash at its end). */
  list(versionId: string, folder: string | undefined, page: PageRequest): Promise<Page<PackageFile>>;
  find(versionId: string, path: string): Promise<PackageFile | null>;
  /** All of the version's. */
  remove(versionId: string): Promise<void>;
}
