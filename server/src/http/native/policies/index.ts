import type { Route } from '../../define-route.ts';
import { changePoliciesRoute } from './change-policies.ts';
import { explainDownloadRoute } from './explain-download.ts';
import { listPolicyVersionsRoute, readPoliciesRoute, readPolicyVersionRoute } from './read-policies.ts';
import { replayDecisionsRoute } from './replay-decisions.ts';

export const policyRoutes: readonly Route[] = [
  explainDownloadRoute,
  readPoliciesRoute,
  changePoliciesRoute,
  listPolicyVersionsRoute,
  readPolicyVersionRoute,
  replayDecisionsRoute,
];
