import { deleteVersionsOfPackage } from '../../core/packages/index.ts';
import type { JobHandler } from '../job-handler.ts';

export const deletePackageJob: JobHandler = {
  kind: 'delete-package',
  leaseMs: 60_000,
  attempts: 20,
  run: (ports, { payload }) => deleteVersionsOfPackage(ports, payload.packageId ?? ''),
};
