import Type, { type Static } from 'typebox';
import type { AuditEntry } from '../../../core/audit/index.ts';
import { type OperationName, operations } from '../../../core/operations.ts';
import { Timestamp } from '../../schemas.ts';

export const OperationSchema = Type.Enum(Object.keys(operations) as OperationName[]);

export const AuditEntrySchema = Type.Object({
  id: Type.String(),
  at: Timestamp,
  operation: Type.String(),
  actor: Type.Union(
    [
      Type.Object({
        userId: Type.String(),
        userName: Type.String(),
        tokenId: Type.Union([Type.String(), Type.Null()]),
      }),
      Type.Null(),
    ],
    { description: 'Null: anonymous, or the registry itself.' },
  ),
  address: Type.String({ description: 'The client’s network address; empty for the registry itself.' }),
  requestId: Type.String(),
  subject: Type.Object({
    packageId: Type.Optional(Type.String()),
    packageName: Type.Optional(Type.String()),
    versionId: Type.Optional(Type.String()),
    versionLabel: Type.Optional(Type.String()),
    kind: Type.Optional(Type.String()),
    id: Type.Optional(Type.String()),
    sizeBytes: Type.Optional(Type.Number()),
  }),
  outcome: Type.Enum(['succeeded', 'denied', 'failed']),
  reason: Type.Union([Type.String(), Type.Null()]),
});

export function presentAuditEntry(entry: AuditEntry): Static<typeof AuditEntrySchema> {
  return { ...entry, at: entry.at.toISOString() };
}
