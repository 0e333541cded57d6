import Type from 'typebox';
import { explainDownload } from '../../../core/gate/index.ts';
import { defineRoute } from '../../define-route.ts';
import { Id } from '../../schemas.ts';
import { Kind } from '../uploads/upload-schema.ts';
import { DecisionProperties } from './policy-schema.ts';

export const explainDownloadRoute = defineRoute({
  operation: 'version.explain',
  method: 'POST',
  path: '/api/validate',
  description:
    'Whether a download would be allowed now, and why; nothing is given out. Administrators may ask about others: it is ' +
    'decided by their permissions and groups as they are now.',
  body: Type.Object(
    {
      package: Type.Union([Id, Type.Object({ kind: Kind, name: Type.String({ maxLength: 200 }) })], {
        description: 'By its id, or by kind and name.',
      }),
      version: Type.Optional(Type.String({ maxLength: 100, description: 'Its label; absent: the latest.' })),
      user: Type.Optional(
        Type.String({ minLength: 1, maxLength: 100, description: 'Id or name of somebody else.' }),
      ),
    },
    { additionalProperties: false },
  ),
  answers: {
    200: Type.Object({
      ...DecisionProperties,
      validator: Type.Boolean({ description: 'A validator would still be run, and may deny.' }),
    }),
  },
  subject: (_params, body) => {
    const asked = (body as { package?: unknown } | null)?.package;
    return typeof asked === 'string' ? { packageId: asked.slice(0, 64) } : {};
  },
  handle: async (registry, { caller, body }) => {
    const asked = { package: body.package, label: body.version, user: body.user };
    const { policies, ...rest } = await explainDownload(registry, caller, asked);
    return { ...rest, policies: [...policies] };
  },
});
