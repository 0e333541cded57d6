import type { Route } from '../../define-route.ts';
import { exportAuditRoute } from './export-audit.ts';
import { listAuditRoute } from './list-audit.ts';
import { proveConsistencyRoute } from './prove-consistency.ts';
import { proveEntryRoute } from './prove-entry.ts';
import { readCheckpointRoute } from './read-checkpoint.ts';

export const auditRoutes: readonly Route[] = [
  listAuditRoute,
  readCheckpointRoute,
  proveEntryRoute,
  proveConsistencyRoute,
  exportAuditRoute,
];
