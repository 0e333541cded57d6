import { deleteVersion, unyankVersion, yankVersion } from '../../../core/packages/index.ts';
import { defineRoute } from '../../define-route.ts';
import { LabelParams, presentVersion, Reason, VersionSchema } from './package-schema.ts';

const subject = ({ id = '', version = '' }) => ({ packageId: id, versionLabel: version });

export const yankVersionRoute = defineRoute({
  operation: 'version.yank',
  method: 'POST',
  path: '/api/packages/:id/versions/:version/yank',
  description:
    'Takes it out of search, ranges and “latest”; whoever names it still gets it, with the reason.',
  params: LabelParams,
  body: Reason,
  answers: { 200: VersionSchema },
  subject,
  handle: async (registry, { caller, params, body }) => {
    const asked = { packageId: params.id, label: params.version, reason: body.reason };
    return presentVersion(await yankVersion(registry, caller, asked));
  },
});

export const unyankVersionRoute = defineRoute({
  operation: 'version.unyank',
  method: 'POST',
  path: '/api/packages/:id/versions/:version/unyank',
  params: LabelParams,
  body: Reason,
  answers: { 200: VersionSchema },
  subject,
  handle: async (registry, { caller, params, body }) => {
    const asked = { packageId: params.id, label: params.version, reason: body.reason };
    return presentVersion(await unyankVersion(registry, caller, asked));
  },
});

export const deleteVersionRoute = defineRoute({
  operation: 'version.delete',
  method: 'DELETE',
  path: '/api/packages/:id/versions/:version',
  description: 'For good. Its label stays used. The reason is a query parameter.',
  params: LabelParams,
  query: Reason,
  answers: { 200: VersionSchema },
  subject,
  handle: async (registry, { caller, params, query }) => {
    const asked = { packageId: params.id, label: params.version, reason: query.reason };
    return presentVersion(await deleteVersion(registry, caller, asked));
  },
});
