import type { Version } from '../packages/index.ts';
import type { Page, PageRequest } from '../paging.ts';
import type { ListedValidatorVersion, ValidatorVersion } from './validator.ts';

export interface ValidatorStore {
  /** The version in force, which may be a removal; null when the package never had a validator. */
  last(packageId: string): Promise<ValidatorVersion | null>;
  /** Null when there is none. */
  find(packageId: string, number: number): Promise<ValidatorVersion | null>;
  /** Newest first. */
  list(packageId: string, page: PageRequest): Promise<Page<ListedValidatorVersion>>;
}

/** For validators that run in other processes. */
export interface ArchiveAddresses {
  /** Serves the version's content without a token, for as long as a validator may run. */
  addressOf(version: Version, digest: string): Promise<string>;
}
