import { packageKinds } from '../../core/packages/index.ts';
import { recheckContent } from '../../core/pipeline/index.ts';
import type { JobHandler } from '../job-handler.ts';

export const recheckContentJob: JobHandler = {
  kind: 'recheck-content',
  attempts: 5,
  async run(ports, { payload: { digest = '', since, ...payload } }, signal) {
    const kind = packageKinds.find((one) => one === payload.kind);
    if (kind === undefined) throw new Error(`there is no kind of package ${payload.kind}`);
    const asked = { digest, kind, since: since === undefined ? null : new Date(since) };
    await recheckContent(ports, asked, signal);
  },
};
