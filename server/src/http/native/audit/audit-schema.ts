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

export const WholeAuditEntrySchema = Type.Object({
  ...AuditEntrySchema.properties,
  decision: Type.Optional(
    Type.Object(
      {
        inputs: Type.Record(Type.String(), Type.Unknown(), { description: 'What was decided by.' }),
        policies: Type.Array(Type.String(), { description: 'The policies that determined the decision.' }),
      },
      { description: 'Of what the gate has decided.' },
    ),
  ),
});

/** Without what the gate has decided by: not all of it is for those whose history it is. */
export function presentAuditEntry({ decision: _, ...entry }: AuditEntry): Static<typeof AuditEntrySchema> {
  return { ...entry, at: entry.at.toISOString() };
}

export function presentWholeAuditEntry(entry: AuditEntry): Static<typeof WholeAuditEntrySchema> {
  const { decision } = entry;
  return {
    ...presentAuditEntry(entry),
    ...(decision !== undefined && {
      decision: { inputs: { ...decision.inputs }, policies: [...decision.policies] },
    }),
  };
}
