import type { Caller } from '../caller.ts';
import { notFound } from '../errors.ts';
import { type PackageStore, readOwnPackage } from '../packages/index.ts';
import type { Page, PageRequest } from '../paging.ts';
import type { ValidatorStore } from './ports.ts';
import type { ListedValidatorVersion, ValidatorVersion } from './validator.ts';

export interface ValidatorReadPorts {
  readonly packages: Pick<PackageStore, 'find'>;
  readonly validators: ValidatorStore;
}

export interface RegisteredValidator {
  readonly version: ValidatorVersion;
  /** Whether it decides about downloads: the package is sensitive. */
  readonly runs: boolean;
}

/** The validator in force. */
export async function readValidator(
  ports: ValidatorReadPorts,
  caller: Caller,
  packageId: string,
): Promise<RegisteredValidator> {
  const pkg = await readOwnPackage(ports, caller, packageId);
  const last = await ports.validators.last(packageId);
  if (last === null || last.script === null) throw notFound('validator of package', packageId);
  return { version: last, runs: pkg.sensitive };
}

/** What the validator of the package has been, newest first; removals are versions too. */
export async function listValidatorVersions(
  ports: ValidatorReadPorts,
  caller: Caller,
  packageId: string,
  page: PageRequest,
): Promise<Page<ListedValidatorVersion>> {
  await readOwnPackage(ports, caller, packageId);
  return ports.validators.list(packageId, page);
}

export async function readValidatorVersion(
  ports: ValidatorReadPorts,
  caller: Caller,
  packageId: string,
  number: number,
): Promise<ValidatorVersion> {
  await readOwnPackage(ports, caller, packageId);
  const version = await ports.validators.find(packageId, number);
  if (version === null) throw notFound(`validator version of package ${packageId}`, String(number));
  return version;
}
