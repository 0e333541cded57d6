import Type from 'typebox';
import { defineRoute } from '../../define-route.ts';
import { HealthStatusSchema } from './health-schema.ts';

const Readiness = Type.Object({
  status: HealthStatusSchema,
  components: Type.Record(Type.String(), HealthStatusSchema),
});

export const readinessRoute = defineRoute({
  operation: 'registry.readiness',
  method: 'GET',
  path: '/api/health',
  description:
    'Asks the database and the content store. 503: send requests elsewhere for now, the database does not answer. ' +
    'Without the content store much still works, so that is told and answered with 200.',
  answers: { 200: Readiness, 503: Readiness },
  handle: async ({ health }, _asked, reply) => {
    const readiness = await health.status(['database', 'content']);
    return reply
      .code(readiness.components.database === 'critical' ? 503 : 200)
      .header('cache-control', 'no-store')
      .send(readiness);
  },
});
