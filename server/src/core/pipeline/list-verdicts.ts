import type { Caller } from '../caller.ts';
import { type PackageStore, readVersion, type VersionStore } from '../packages/index.ts';
import type { Page, PageRequest } from '../paging.ts';
import type { VerdictStore } from './ports.ts';
import type { ContentVerdict } from './verdict.ts';

export interface ListedVerdict extends ContentVerdict {
  /** The newest that is not inconclusive. */
  readonly inForce: boolean;
}

/** Every verdict on the content of a readable version, newest first. */
export async function listVerdicts(
  ports: {
    packages: Pick<PackageStore, 'find'>;
    versions: Pick<VersionStore, 'find' | 'findByLabel'>;
    verdicts: VerdictStore;
  },
  caller: Caller,
  asked: PageRequest & { packageId: string; label?: string | undefined },
): Promise<Page<ListedVerdict>> {
  const { version } = await readVersion(ports, caller, asked.packageId, asked.label);
  if (version.digest === null) return { items: [], next: null };
  const inForce = await ports.verdicts.lastCompleted(version.digest);
  const { items, next } = await ports.verdicts.list(version.digest, asked);
  return { items: items.map((verdict) => ({ ...verdict, inForce: verdict.id === inForce?.id })), next };
}
