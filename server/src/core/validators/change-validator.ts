import { type AuditAppended, audited } from '../audit/index.ts';
import type { Caller } from '../caller.ts';
import type { Clock, Randomness } from '../clock.ts';
import type { Commit } from '../commit.ts';
import { isTransient, notFound, RegistryError } from '../errors.ts';
import type { OperationName } from '../operations.ts';
import { type Package, type PackageStore, readMaintainedPackage } from '../packages/index.ts';
import type { ValidatorStore } from './ports.ts';
import type { RegisteredValidator } from './read-validator.ts';
import type { ValidatorLanguage, ValidatorRunner } from './runner.ts';
import {
  scriptOf,
  type ValidatorAppended,
  type ValidatorScript,
  type ValidatorVersion,
} from './validator.ts';

export interface ValidatorChangePorts {
  readonly clock: Clock;
  readonly randomness: Randomness;
  readonly packages: Pick<PackageStore, 'find'>;
  readonly validators: Pick<ValidatorStore, 'last'>;
  readonly commit: Commit<ValidatorAppended | AuditAppended>;
}

export interface ValidatorLimits {
  readonly sourceBytes: number;
}

/**
 * The script decides from now on, beside the policy, about every download of the package, while that is sensitive. What
 * cannot be compiled is refused (`validator-invalid`), and so is everything while nobody can tell
 * (`validator-unavailable`). The source that is in force already adds no version.
 */
export async function registerValidator(
  ports: ValidatorChangePorts & {
    readonly validatorRunner: Pick<ValidatorRunner, 'checkSyntax'>;
    readonly validatorLimits: ValidatorLimits;
  },
  caller: Caller,
  packageId: string,
  given: { language: ValidatorLanguage; source: string },
): Promise<RegisteredValidator> {
  const pkg = await readMaintainedPackage(ports, caller, packageId);
  requireSource(given.source, ports.validatorLimits);
  const script = scriptOf(given.language, given.source);
  const last = await ports.validators.last(packageId);
  const runs = pkg.sensitive;
  if (last?.script?.language === script.language && last.script.digest === script.digest) {
    return { version: last, runs };
  }
  await requireProgram(ports, given);
  return { version: await append(ports, caller, 'validator.register', { pkg, last, script }), runs };
}

/** From now on only the policy decides. Past versions stay readable. */
export async function removeValidator(
  ports: ValidatorChangePorts,
  caller: Caller,
  packageId: string,
): Promise<void> {
  const pkg = await readMaintainedPackage(ports, caller, packageId);
  const last = await ports.validators.last(packageId);
  if (last === null || last.script === null) throw notFound('validator of package', packageId);
  await append(ports, caller, 'validator.remove', { pkg, last, script: null });
}

async function append(
  ports: ValidatorChangePorts,
  caller: Caller,
  operation: OperationName,
  { pkg, last, script }: { pkg: Package; last: ValidatorVersion | null; script: ValidatorScript | null },
): Promise<ValidatorVersion> {
  const version: ValidatorVersion = {
    packageId: pkg.id,
    number: (last?.number ?? 0) + 1,
    script,
    madeBy: { userId: caller.user?.id ?? '', userName: caller.user?.name ?? '' },
    madeAt: ports.clock.now(),
  };
  const about = { packageId: pkg.id, packageName: pkg.name, kind: 'validator', id: String(version.number) };
  await ports.commit([
    { change: 'validator.append', version },
    audited(ports, caller, operation, about, { reason: script && `${script.language}, ${script.digest}` }),
  ]);
  return version;
}

async function requireProgram(
  { validatorRunner }: { readonly validatorRunner: Pick<ValidatorRunner, 'checkSyntax'> },
  { language, source }: { language: ValidatorLanguage; source: string },
): Promise<void> {
  const syntax = await validatorRunner.checkSyntax(language, source).catch((error: unknown) => {
    if (!isTransient(error)) throw error;
    const detail = 'Whether this is a program cannot be tried just now, so it is not registered.';
    throw new RegistryError('validator-unavailable', detail, { retryAfterSeconds: 15, cause: error });
  });
  if (!syntax.ok) throw new RegistryError('validator-invalid', syntax.message);
}

function requireSource(source: string, { sourceBytes }: ValidatorLimits): void {
  const bytes = Buffer.byteLength(source);
  if (bytes <= sourceBytes) return;
  throw new RegistryError(
    'validator-invalid',
    `The source has ${bytes} bytes; at most ${sourceBytes} are allowed.`,
  );
}
