import Type, { type Static } from 'typebox';
import type { GroupReference, User } from '../../../core/access/index.ts';
import { permissions } from '../../../core/caller.ts';
import { Id, Timestamp } from '../../schemas.ts';

export const PermissionSchema = Type.Enum([...permissions]);

export const PermissionsSchema = Type.Array(PermissionSchema, {
  maxItems: permissions.length,
  uniqueItems: true,
});

export const UserSchema = Type.Object({
  id: Id,
  name: Type.String(),
  permissions: Type.Array(PermissionSchema),
  mustChangePassword: Type.Boolean(),
  createdAt: Timestamp,
});

export function presentUser(user: User): Static<typeof UserSchema> {
  return {
    id: user.id,
    name: user.name,
    permissions: [...user.permissions],
    mustChangePassword: user.mustChangePassword,
    createdAt: user.createdAt.toISOString(),
  };
}

export const UserWithGroupsSchema = Type.Object({
  ...UserSchema.properties,
  groups: Type.Array(Type.Object({ id: Id, name: Type.String() })),
});

export function presentUserWithGroups(read: {
  user: User;
  groups: readonly GroupReference[];
}): Static<typeof UserWithGroupsSchema> {
  return { ...presentUser(read.user), groups: [...read.groups] };
}
