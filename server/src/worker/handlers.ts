// One handler for every kind of job; the worker refuses to start when one is missing.
import type { JobHandler } from './job-handler.ts';
import { announceEventJob } from './jobs/announce-event.ts';
import { checkVersionJob } from './jobs/check-version.ts';
import { cleanUploadJob } from './jobs/clean-upload.ts';
import { deletePackageJob } from './jobs/delete-package.ts';
import { deliverWebhookJob } from './jobs/deliver-webhook.ts';
import { fillInHallmarksJob } from './jobs/fill-in-hallmarks.ts';
import { publishReleasedVersionJob } from './jobs/publish-released-version.ts';
import { recheckContentJob } from './jobs/recheck-content.ts';
import { removeContentJob } from './jobs/remove-content.ts';
import { sweepContentJob } from './jobs/sweep-content.ts';
import { sweepVerdictsJob } from './jobs/sweep-verdicts.ts';
import { tellEventJob } from './jobs/tell-event.ts';

export const jobHandlers: readonly JobHandler[] = [
  checkVersionJob,
  publishReleasedVersionJob,
  removeContentJob,
  deletePackageJob,
  cleanUploadJob,
  sweepContentJob,
  recheckContentJob,
  sweepVerdictsJob,
  fillInHallmarksJob,
  tellEventJob,
  deliverWebhookJob,
  announceEventJob,
];
