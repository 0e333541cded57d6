import Type from 'typebox';
import { logIn } from '../../../core/access/index.ts';
import { defineRoute } from '../../define-route.ts';
import { Timestamp } from '../../schemas.ts';
import { presentUser, UserSchema } from '../users/user-schema.ts';
import { nameIn } from './register-user.ts';

export const logInRoute = defineRoute({
  operation: 'account.log-in',
  method: 'POST',
  path: '/api/auth/login',
  description:
    'Answers a token that is good until it expires or is used up. A wrong password and an unknown name are answered alike; after repeated failures account and address have to wait.',
  body: Type.Object(
    { name: Type.String({ maxLength: 200 }), password: Type.String({ maxLength: 1_000 }) },
    { additionalProperties: false },
  ),
  answers: {
    200: Type.Object({
      token: Type.String({ description: 'To be sent as `Authorization: Bearer <token>`.' }),
      tokenType: Type.Literal('Bearer'),
      expiresAt: Timestamp,
      usesLeft: Type.Integer({ description: 'Requests that the token is good for.' }),
      user: UserSchema,
      mustChangePassword: Type.Boolean({
        description: 'True: nothing but changing the password is possible first.',
      }),
    }),
  },
  subject: (_params, body) => ({ kind: 'user', id: nameIn(body) }),
  handle: async (registry, { caller, body }, reply) => {
    const { token, session, user } = await logIn(registry, caller, body);
    return reply.header('cache-control', 'no-store').send({
      token,
      tokenType: 'Bearer',
      expiresAt: session.expiresAt.toISOString(),
      usesLeft: session.usesLeft,
      user: presentUser(user),
      mustChangePassword: user.mustChangePassword,
    });
  },
});
