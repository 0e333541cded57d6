import Type from 'typebox';
import { defineRoute } from '../../define-route.ts';
import { Id, PageOf, PageQuery, presentPage, Timestamp } from '../../schemas.ts';
import { OperationSchema, presentWholeAuditEntry, WholeAuditEntrySchema } from './audit-schema.ts';

export const listAuditRoute = defineRoute({
  operation: 'audit.list',
  method: 'GET',
  path: '/api/audit',
  description:
    'The newest first. Entries of operations that change something are written with the change; those of reading ' +
    'operations and refusals may be up to a second late.',
  query: Type.Object({
    ...PageQuery,
    user: Type.Optional(Id),
    package: Type.Optional(Id),
    version: Type.Optional(Id),
    operation: Type.Optional(
      Type.Array(OperationSchema, { maxItems: 100, description: 'May be repeated: any of them.' }),
    ),
    outcome: Type.Optional(Type.Enum(['succeeded', 'denied', 'failed'])),
    from: Type.Optional(Timestamp),
    until: Type.Optional(Timestamp),
  }),
  answers: { 200: PageOf(WholeAuditEntrySchema) },
  handle: async (registry, { query }) => {
    const filter = {
      userId: query.user,
      packageId: query.package,
      versionId: query.version,
      operations: query.operation,
      outcome: query.outcome,
      from: query.from === undefined ? undefined : new Date(query.from),
      until: query.until === undefined ? undefined : new Date(query.until),
    };
    return presentPage(await registry.audit.list(filter, query), presentWholeAuditEntry);
  },
});
