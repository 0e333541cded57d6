import { deleteVersionsOfPackage } from '../../core/packages/index.ts';
import type { JobHandler } from '../job-handler.ts';

export const deletePackageJob: JobHandler = {
  kind: 'delete-package',
  attempts: 20,
  run: (ports, { payload }) => deleteVersionsOfPackage(ports, payload.packageId ?? ''),
};
