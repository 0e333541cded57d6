import Type, { type Static } from 'typebox';
import type { Group } from '../../../core/access/index.ts';
import { Id, Timestamp } from '../../schemas.ts';

export const GroupSchema = Type.Object({
  id: Id,
  name: Type.String(),
  description: Type.String(),
  createdAt: Timestamp,
});

export function presentGroup(group: Group): Static<typeof GroupSchema> {
  return { ...group, createdAt: group.createdAt.toISOString() };
}

export const MemberParams = Type.Object({ id: Id, userId: Id });
