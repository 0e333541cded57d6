export { carryAll, carrySettled } from './carry-settled.ts';
export { chooseBackup } from './choose-backup.ts';
export { failOver, type RegionServices, type RunningService, type TaskRange } from './fail-over.ts';
export { type BackupManifest, type FileDigest, printManifest, readManifest } from './manifest.ts';
export { versionsWithout } from './needed-content.ts';
export type * from './ports.ts';
export {
  type Restored,
  type RestorePorts,
  type RestoreTarget,
  requireEmpty,
  restoreBackup,
} from './restore-backup.ts';
export { openSecrets, readSecrets, type Secrets } from './sealed-secrets.ts';
export { type BackupPorts, takeBackup } from './take-backup.ts';
