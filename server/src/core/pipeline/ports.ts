import type { PackageFile } from '../checks/index.ts';
import type { Page, PageRequest } from '../paging.ts';
import type { Report } from './report.ts';

export interface ReportStore {
  find(versionId: string): Promise<Report | null>;
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
