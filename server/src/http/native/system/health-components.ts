import Type from 'typebox';
import { isAdmin } from '../../../core/caller.ts';
import { maximumMinutes } from '../../../core/health/index.ts';
import { defineRoute } from '../../define-route.ts';
import { Timestamp } from '../../schemas.ts';
import { ComponentSchema, presentComponent } from './health-schema.ts';

export const healthComponentsRoute = defineRoute({
  operation: 'registry.health-components',
  method: 'GET',
  path: '/health/components',
  description:
    'Each component of this process’s view. Everybody sees statuses; metrics, issues, timeline and logs are for ' +
    'administrators. What is counted is counted since the process started.',
  query: Type.Object({
    windowMinutes: Type.Integer({ minimum: 5, maximum: maximumMinutes, default: 60 }),
  }),
  answers: {
    200: Type.Object({
      generatedAt: Timestamp,
      windowMinutes: Type.Integer(),
      components: Type.Array(ComponentSchema),
    }),
  },
  handle: async ({ health, clock }, { caller, query: { windowMinutes } }, reply) => {
    const components = await health.components(windowMinutes);
    reply.header('cache-control', 'no-store');
    return {
      generatedAt: clock.now().toISOString(),
      windowMinutes,
      components: components.map((component) => presentComponent(component, isAdmin(caller))),
    };
  },
});
