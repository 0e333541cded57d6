import Type from 'typebox';
import { readAccount } from '../../../core/access/index.ts';
import { defineRoute } from '../../define-route.ts';
import { Id, Timestamp } from '../../schemas.ts';
import { PermissionSchema, presentUserWithGroups, UserWithGroupsSchema } from '../users/user-schema.ts';

export const readAccountRoute = defineRoute({
  operation: 'account.read',
  method: 'GET',
  path: '/api/auth/me',
  answers: {
    200: Type.Object({
      user: UserWithGroupsSchema,
      reviewer: Type.Boolean(),
      token: Type.Object({
        id: Id,
        kind: Type.Union([Type.Literal('session'), Type.Literal('personal')]),
        permissions: Type.Array(PermissionSchema, {
          description: 'What of the user’s permissions the token extends to.',
        }),
        packagePatterns: Type.Array(Type.String()),
        expiresAt: Timestamp,
        usesLeft: Type.Union([Type.Integer(), Type.Null()], { description: 'Null: without limit.' }),
      }),
    }),
  },
  handle: async (registry, { caller }) => {
    const { user, groups, reviewer, token } = await readAccount(registry, caller);
    return {
      user: presentUserWithGroups({ user, groups }),
      reviewer,
      token: { ...token, expiresAt: token.expiresAt.toISOString() },
    };
  },
});
