import Type from 'typebox';
import { readVersion } from '../../../core/packages/index.ts';
import { defineRoute } from '../../define-route.ts';
import { Nullable } from '../../schemas.ts';
import { LabelParams, presentVersion, VersionSchema } from './package-schema.ts';
import { Checked, presentChecked } from './report-schema.ts';

export const readVersionRoute = defineRoute({
  operation: 'version.read',
  method: 'GET',
  path: '/api/packages/:id/versions/:version',
  description: 'A readable version, with what its checks found.',
  params: LabelParams,
  answers: { 200: Type.Intersect([VersionSchema, Type.Object({ report: Nullable(Checked) })]) },
  subject: ({ id = '', version = '' }) => ({ packageId: id, versionLabel: version }),
  handle: async (registry, { caller, params }) => {
    const { version } = await readVersion(registry, caller, params.id, params.version);
    const report = await registry.reports.find(version.id);
    return { ...presentVersion(version), report: report && presentChecked(report) };
  },
});
