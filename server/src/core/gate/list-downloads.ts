import type { AuditEntry, AuditLog } from '../audit/index.ts';
import { type Caller, isAdmin } from '../caller.ts';
import { RegistryError } from '../errors.ts';
import { type PackageStore, readOwnPackage } from '../packages/index.ts';
import type { Page, PageRequest } from '../paging.ts';
import { contentOperations } from './inputs.ts';
import type { NotedRun } from './run-validator.ts';

/** One time that somebody got content of a package, or did not. */
export interface DownloadRecord {
  readonly id: string;
  readonly at: Date;
  readonly user: { readonly userId: string; readonly userName: string } | null;
  /** Null where it was refused before the version was known. */
  readonly versionLabel: string | null;
  /** Of a file inside that was read; null: the whole version. */
  readonly path: string | null;
  /** `failed`: nothing was decided. */
  readonly outcome: AuditEntry['outcome'];
  readonly reason: string | null;
  /** Null where none was asked. */
  readonly validator: NotedRun | null;
}

/**
 * Who downloaded a sensitive package, or wanted to, newest first. Those who maintain it see it while the package is sensitive;
 * administrators in any case.
 */
export async function listDownloads(
  ports: { readonly packages: Pick<PackageStore, 'find'>; readonly audit: Pick<AuditLog, 'list'> },
  caller: Caller,
  packageId: string,
  asked: PageRequest & {
    userId?: string | undefined;
    outcome?: AuditEntry['outcome'] | undefined;
    from?: Date | undefined;
    until?: Date | undefined;
  },
): Promise<Page<DownloadRecord>> {
  const pkg = await readOwnPackage(ports, caller, packageId);
  if (!pkg.sensitive && !isAdmin(caller)) {
    throw new RegistryError(
      'permission-denied',
      `Who downloaded ${pkg.name} is shown to administrators only: it is not sensitive.`,
    );
  }
  const { userId, outcome, from, until } = asked;
  const filter = { packageId, operations: contentOperations, userId, outcome, from, until };
  const { items, next } = await ports.audit.list(filter, asked);
  return { items: items.map(downloadRecordOf), next };
}

function downloadRecordOf(entry: AuditEntry): DownloadRecord {
  const { id, at, actor, subject, outcome, reason, decision } = entry;
  const run = decision?.inputs.validator as NotedRun | undefined;
  return {
    id,
    at,
    user: actor && { userId: actor.userId, userName: actor.userName },
    versionLabel: subject.versionLabel ?? null,
    path: subject.kind === 'file' ? (subject.id ?? null) : null,
    outcome,
    reason,
    validator: run ?? null,
  };
}
