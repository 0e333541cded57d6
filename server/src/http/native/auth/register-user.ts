import Type from 'typebox';
import { registerUser } from '../../../core/access/index.ts';
import { defineRoute } from '../../define-route.ts';
import { PermissionsSchema, presentUser, UserSchema } from '../users/user-schema.ts';

export const registerUserRoute = defineRoute({
  operation: 'account.register',
  method: 'POST',
  path: '/api/auth/register',
  description:
    'Administrators register users and say what they may do. Where open registration is configured everybody registers, with the default permissions.',
  body: Type.Object(
    {
      name: Type.String({
        maxLength: 200,
        description: '3 to 40 letters (a-z), digits and single - _ . between them.',
      }),
      password: Type.String({ maxLength: 1_000, description: '12 to 256 characters.' }),
      permissions: Type.Optional(PermissionsSchema),
      mustChangePassword: Type.Optional(
        Type.Boolean({ description: 'True: the password is a one-time one. Default: false.' }),
      ),
    },
    { additionalProperties: false },
  ),
  answers: { 201: UserSchema },
  subject: (_params, body) => ({ kind: 'user', id: nameIn(body) }),
  handle: async (registry, { caller, body }, reply) => {
    const user = await registerUser(registry, caller, body);
    return reply.code(201).header('location', `/api/users/${user.id}`).send(presentUser(user));
  },
});

/** The user name in a body that may be anything; what follows 100 characters is left out. */
export function nameIn(body: unknown): string {
  const name = typeof body === 'object' && body !== null && 'name' in body ? body.name : '';
  return typeof name === 'string' ? name.slice(0, 100) : '';
}
