// Versions that were published by a release that issued no hallmarks get theirs. It may run at any time, and beside itself:
// two hallmarks that say the same do no harm.
import type { Commit } from '../commit.ts';
import type { HallmarkAppended, HallmarkStore, SigningPorts } from '../hallmarks/index.ts';
import { type PackageStore, readableStates, type Version, type VersionStore } from '../packages/index.ts';
import { attestEarlier, lastRuleSet } from './attest-version.ts';
import type { ReportStore, VerdictStore } from './ports.ts';

export interface FillInPorts extends SigningPorts {
  readonly packages: Pick<PackageStore, 'find'>;
  readonly versions: Pick<VersionStore, 'listByState'>;
  readonly reports: ReportStore;
  readonly verdicts: Pick<VerdictStore, 'list'>;
  readonly hallmarks: Pick<HallmarkStore, 'latest'>;
  readonly commit: Commit<HallmarkAppended>;
}

/** They fit into one commit. */
const pageSize = 20;

export async function fillInHallmarks(ports: FillInPorts, signal: AbortSignal): Promise<void> {
  for (const state of readableStates) {
    let after: string | undefined;
    do {
      signal.throwIfAborted();
      const page = await ports.versions.listByState(state, { limit: pageSize, after });
      const missing = await Promise.all(page.items.map((version) => missingHallmark(ports, version)));
      const issued = missing.filter((hallmark) => hallmark !== null);
      if (issued.length > 0) await ports.commit(issued);
      after = page.next ?? undefined;
    } while (after !== undefined);
  }
}

async function missingHallmark(ports: FillInPorts, version: Version): Promise<HallmarkAppended | null> {
  const { id, packageId, digest } = version;
  if (digest === null || (await ports.hallmarks.latest(id)) !== null) return null;
  const pkg = await ports.packages.find(packageId);
  if (pkg === null) return null;
  const report = await ports.reports.find(id);
  const known = report ?? { verdict: 'inconclusive' as const, results: [] };
  const ruleSet = await lastRuleSet(ports, digest);
  return attestEarlier(ports, { package: pkg, version, report: { ...known, digest }, ruleSet });
}
