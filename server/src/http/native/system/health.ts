import Type from 'typebox';
import { defineRoute } from '../../define-route.ts';

export const healthRoute = defineRoute({
  operation: 'registry.health',
  method: 'GET',
  path: '/health',
  description: 'Says that this process answers; looks at nothing else. For whoever restarts it.',
  answers: {
    200: Type.Object({ status: Type.Enum(['ok']), version: Type.String(), uptimeSeconds: Type.Integer() }),
  },
  handle: async ({ version, startedAt, clock }) => ({
    status: 'ok' as const,
    version,
    uptimeSeconds: Math.floor((clock.now().getTime() - startedAt.getTime()) / 1000),
  }),
});
