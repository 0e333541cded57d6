import Type from 'typebox';
import { createToken } from '../../../core/access/index.ts';
import { defineRoute } from '../../define-route.ts';
import { PermissionsSchema } from '../users/user-schema.ts';
import { presentToken, TokenSchema } from './token-schema.ts';

export const createTokenRoute = defineRoute({
  operation: 'token.create',
  method: 'POST',
  path: '/api/tokens',
  description:
    'A token for programs. It extends to those of its permissions that its owner has at the time of use. Needs the token of a login.',
  body: Type.Object(
    {
      name: Type.String({ description: 'What you call it.' }),
      permissions: PermissionsSchema,
      packagePatterns: Type.Optional(
        Type.Array(Type.String(), {
          description:
            'Package names it is to be good for, `*` matching any run of characters; left out: all of them.',
        }),
      ),
      expiresInDays: Type.Optional(Type.Integer()),
    },
    { additionalProperties: false },
  ),
  answers: {
    201: Type.Object({
      ...TokenSchema.properties,
      token: Type.String({
        description: 'To be sent as `Authorization: Bearer <token>`. It is never shown again.',
      }),
    }),
  },
  handle: async (registry, { caller, body }, reply) => {
    const { token, text } = await createToken(registry, caller, body);
    return reply
      .code(201)
      .header('cache-control', 'no-store')
      .send({ ...presentToken(token), token: text });
  },
});
