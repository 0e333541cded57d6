import { readHallmark } from '../../../core/hallmarks/index.ts';
import { defineRoute } from '../../define-route.ts';
import { Envelope, presentEnvelope } from './hallmark-schema.ts';
import { LabelParams } from './package-schema.ts';

export const readHallmarkRoute = defineRoute({
  operation: 'version.read-hallmark',
  method: 'GET',
  path: '/api/packages/:id/versions/:version/hallmark',
  description:
    'What the registry has signed about a readable version, the newest: its digest, verdicts, rules and coverage. ' +
    '`assay verify` verifies it without the registry, with the keys of `/.well-known/assay-keys.json`.',
  params: LabelParams,
  answers: { 200: Envelope },
  subject: ({ id = '', version = '' }) => ({ packageId: id, versionLabel: version }),
  handle: async (registry, { caller, params: { id, version } }) => {
    const { envelope } = await readHallmark(registry, caller, { packageId: id, label: version });
    return presentEnvelope(envelope);
  },
});
