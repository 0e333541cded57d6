import type { Route } from '../../define-route.ts';
import { listAuditRoute } from './list-audit.ts';

export const auditRoutes: readonly Route[] = [listAuditRoute];
