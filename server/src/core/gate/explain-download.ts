import { callerAs } from '../access/index.ts';
import { type Caller, hasPermission, isAdmin } from '../caller.ts';
import { notFound, RegistryError } from '../errors.ts';
import {
  maySee,
  type PackageKind,
  type PackageStore,
  readVersion,
  type VersionStore,
} from '../packages/index.ts';
import type { ValidatorStore } from '../validators/index.ts';
import type { GateDecision } from './decide.ts';
import { type DecisionPorts, decideDownload } from './decide-download.ts';

export interface Explanation extends GateDecision {
  /** A validator would still be asked, and may deny. */
  readonly validator: boolean;
}

/**
 * What the gate would decide now about a download, and why; nothing is given out, and no decision is put on record. About
 * somebody else only for administrators: by that user's permissions and groups, with a token that carries all of them.
 */
export async function explainDownload(
  ports: DecisionPorts &
    Parameters<typeof callerAs>[0] & {
      readonly packages: Pick<PackageStore, 'find' | 'findByName'>;
      readonly versions: Pick<VersionStore, 'find' | 'findByLabel'>;
      readonly validators: Pick<ValidatorStore, 'last'>;
    },
  caller: Caller,
  asked: {
    readonly package: string | { readonly kind: PackageKind; readonly name: string };
    readonly label?: string | undefined;
    /** Id or name. */
    readonly user?: string | undefined;
  },
): Promise<Explanation> {
  const packageId = await idOf(ports, caller, asked.package);
  // Without a permission to read anything, nobody must learn here what there is.
  if (!hasPermission(caller, 'search') && !hasPermission(caller, 'download')) {
    throw notFound('package', packageId);
  }
  const meant = await readVersion(ports, caller, packageId, asked.label);
  const who = await whoIsMeant(ports, caller, asked.user);
  const { allowed, reason, policies } = await decideDownload(ports, who, 'download', meant);
  const validator = allowed && meant.package.sensitive ? await ports.validators.last(packageId) : null;
  return { allowed, reason, policies, validator: validator !== null && validator.script !== null };
}

async function idOf(
  { packages }: { readonly packages: Pick<PackageStore, 'findByName'> },
  caller: Caller,
  asked: string | { readonly kind: PackageKind; readonly name: string },
): Promise<string> {
  if (typeof asked === 'string') return asked;
  const pkg = await packages.findByName(asked.kind, asked.name);
  // Of a name that nobody has, or a package that they may not know of, the name itself stands in the answer.
  return pkg !== null && maySee(caller, pkg) ? pkg.id : asked.name;
}

async function whoIsMeant(
  ports: Parameters<typeof callerAs>[0],
  caller: Caller,
  user: string | undefined,
): Promise<Caller> {
  if (user === undefined || user === caller.user?.id || user === caller.user?.name) return caller;
  if (!isAdmin(caller)) {
    throw new RegistryError('permission-denied', 'What others may download is told to administrators only.');
  }
  const other = await callerAs(ports, user, caller.requestId);
  if (other === null) throw notFound('user', user);
  return other;
}
