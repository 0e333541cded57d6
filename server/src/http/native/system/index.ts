import type { Route } from '../../define-route.ts';
import { errorPageRoute } from './error-page.ts';
import { healthRoute } from './health.ts';
import { healthComponentsRoute } from './health-components.ts';
import { keysRoute } from './keys.ts';
import { metricsRoute } from './metrics.ts';
import { openapiRoute } from './openapi.ts';
import { readinessRoute } from './readiness.ts';
import { welcomeRoute } from './welcome.ts';

export const systemRoutes: readonly Route[] = [
  welcomeRoute,
  keysRoute,
  healthRoute,
  readinessRoute,
  healthComponentsRoute,
  metricsRoute,
  openapiRoute,
  errorPageRoute,
];
