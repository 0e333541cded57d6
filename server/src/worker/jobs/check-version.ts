import { checkVersion, giveUpChecking } from '../../core/pipeline/index.ts';
import type { JobHandler } from '../job-handler.ts';

export const checkVersionJob: JobHandler = {
  kind: 'check-version',
  attempts: 5,
  run: (ports, { payload }, signal) => checkVersion(ports, payload.versionId ?? '', signal),
  giveUp: (ports, { payload }, failure) => giveUpChecking(ports, payload.versionId ?? '', failure),
};
