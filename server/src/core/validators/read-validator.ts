import type { Caller } from '../caller.ts';
import { notFound } from '../errors.ts';
import { maintains, type Package, type PackageStore, readPackage } from '../packages/index.ts';
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

/** The validator in force, for those who maintain the package. To others there is none, whether there is one or not. */
export async function readValidator(
  ports: ValidatorReadPorts,
  caller: Caller,
  packageId: string,
): Promise<RegisteredValidator> {
  const pkg = await readPackage(ports, caller, packageId);
  const last = maintains(caller, pkg) ? await ports.validators.last(packageId) : null;
  if (last === null || last.script === null) throw noValidator(packageId);
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

async function readOwnPackage(
  ports: ValidatorReadPorts,
  caller: Caller,
  packageId: string,
): Promise<Package> {
  const pkg = await readPackage(ports, caller, packageId);
  if (!maintains(caller, pkg)) throw noValidator(packageId);
  return pkg;
}

function noValidator(packageId: string) {
  return notFound('validator of package', packageId);
}
