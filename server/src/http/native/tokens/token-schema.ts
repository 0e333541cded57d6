import Type, { type Static } from 'typebox';
import type { PersonalToken } from '../../../core/access/index.ts';
import { Id, Timestamp } from '../../schemas.ts';
import { PermissionSchema } from '../users/user-schema.ts';

export const TokenSchema = Type.Object({
  id: Id,
  userId: Id,
  name: Type.String(),
  permissions: Type.Array(PermissionSchema),
  packagePatterns: Type.Array(Type.String(), {
    description: 'Package names it is good for, `*` matching any run of characters; empty: all.',
  }),
  createdAt: Timestamp,
  expiresAt: Timestamp,
});

export function presentToken(token: PersonalToken): Static<typeof TokenSchema> {
  return {
    id: token.id,
    userId: token.userId,
    name: token.name,
    permissions: [...token.permissions],
    packagePatterns: [...token.packagePatterns],
    createdAt: token.createdAt.toISOString(),
    expiresAt: token.expiresAt.toISOString(),
  };
}
