import Type from 'typebox';
import { contentOperations } from '../../../core/gate/index.ts';
import type { OperationName } from '../../../core/operations.ts';
import { defineRoute } from '../../define-route.ts';
import { Id, PageOf, PageQuery, presentPage, Timestamp } from '../../schemas.ts';
import { AuditEntrySchema, presentAuditEntry } from '../audit/audit-schema.ts';
import { historyUser } from './history-user.ts';

/** What counts as an upload, and as a download. */
export const uploadOperations: readonly OperationName[] = ['upload.complete', 'package.upload'];
export const downloadOperations: readonly OperationName[] = contentOperations;

export const listUploadHistoryRoute = historyRoute(
  'history.list-uploads',
  '/api/history/uploads',
  uploadOperations,
);
export const listDownloadHistoryRoute = historyRoute(
  'history.list-downloads',
  '/api/history/downloads',
  downloadOperations,
);

function historyRoute(operation: OperationName, path: string, operations: readonly OperationName[]) {
  return defineRoute({
    operation,
    method: 'GET',
    path,
    description: 'What one has done, the newest first, what was refused included.',
    query: Type.Object({
      ...PageQuery,
      user: Type.Optional({ ...Id, description: 'Somebody else’s history; for administrators.' }),
      package: Type.Optional(Id),
      outcome: Type.Optional(Type.Enum(['succeeded', 'denied', 'failed'])),
      from: Type.Optional(Timestamp),
      until: Type.Optional(Timestamp),
    }),
    answers: { 200: PageOf(AuditEntrySchema) },
    handle: async (registry, { caller, query }) => {
      const filter = {
        operations,
        userId: historyUser(caller, query.user),
        packageId: query.package,
        outcome: query.outcome,
        from: query.from === undefined ? undefined : new Date(query.from),
        until: query.until === undefined ? undefined : new Date(query.until),
      };
      return presentPage(await registry.audit.list(filter, query), presentAuditEntry);
    },
  });
}
