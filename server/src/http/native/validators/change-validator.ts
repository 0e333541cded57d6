import Type from 'typebox';
import { registerValidator, removeValidator } from '../../../core/validators/index.ts';
import { defineRoute } from '../../define-route.ts';
import { IdParams } from '../../schemas.ts';
import { Language, presentValidator, ValidatorSchema } from './validator-schema.ts';

const path = '/api/packages/:id/validator';

export const registerValidatorRoute = defineRoute({
  operation: 'validator.register',
  method: 'PUT',
  path,
  description:
    'From now on it runs at every download of the package, after the policy has said yes, while the package is ' +
    'sensitive. What cannot be compiled is refused. The source that is in force already makes no new version.',
  params: IdParams,
  body: Type.Object(
    {
      language: Language,
      source: Type.String({ minLength: 1, description: 'See docs/validators.md for how to write one.' }),
    },
    { additionalProperties: false },
  ),
  answers: { 200: ValidatorSchema },
  subject: ({ id = '' }) => ({ packageId: id }),
  handle: async (registry, { caller, params, body }) =>
    presentValidator(await registerValidator(registry, caller, params.id, body)),
});

export const removeValidatorRoute = defineRoute({
  operation: 'validator.remove',
  method: 'DELETE',
  path,
  description: 'From now on only the policy decides. Past versions stay readable.',
  params: IdParams,
  answers: { 204: Type.Null() },
  subject: ({ id = '' }) => ({ packageId: id }),
  handle: async (registry, { caller, params }, reply) => {
    await removeValidator(registry, caller, params.id);
    return reply.code(204).send();
  },
});
