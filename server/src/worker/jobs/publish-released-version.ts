import { giveUpReleasing, publishReleasedVersion } from '../../core/pipeline/index.ts';
import type { JobHandler } from '../job-handler.ts';

export const publishReleasedVersionJob: JobHandler = {
  kind: 'publish-released-version',
  attempts: 10,
  run: (ports, { payload }, signal) => publishReleasedVersion(ports, payload.versionId ?? '', signal),
  giveUp: (ports, { payload }, failure) => giveUpReleasing(ports, payload.versionId ?? '', failure),
};
