import type { PackageStore, VersionStore } from '../packages/index.ts';
import type { FalseAlarm } from './false-alarm.ts';
import type { FalseAlarmStore, ReportStore } from './ports.ts';
import { readCase } from './review-version.ts';

/** What reviewers have marked in the content of a version that is or was in quarantine. */
export async function listFalseAlarms(
  ports: {
    packages: Pick<PackageStore, 'find'>;
    versions: Pick<VersionStore, 'find'>;
    reports: ReportStore;
    falseAlarms: FalseAlarmStore;
  },
  versionId: string,
): Promise<readonly FalseAlarm[]> {
  const { version } = await readCase(ports, versionId);
  return version.digest === null ? [] : ports.falseAlarms.list(version.digest);
}
