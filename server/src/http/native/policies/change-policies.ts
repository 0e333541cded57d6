import Type from 'typebox';
import { changePolicies } from '../../../core/gate/index.ts';
import { defineRoute } from '../../define-route.ts';
import { PoliciesSchema, PolicyText, presentPolicies } from './policy-schema.ts';

export const changePoliciesRoute = defineRoute({
  operation: 'policy.change',
  method: 'PUT',
  path: '/api/policies',
  description:
    'Replaces the policies of administrators, once the text was found good. In force at once in this process, and within a ' +
    'second in all others. To go back, send the text of an earlier version.',
  body: Type.Object(
    {
      text: PolicyText,
      reason: Type.String({ maxLength: 1_000, description: 'Why, for those who read it later.' }),
      expected: Type.Integer({
        minimum: 0,
        description: 'The number of the version that this one replaces; 0: there is none.',
      }),
    },
    { additionalProperties: false },
  ),
  answers: { 200: PoliciesSchema },
  subject: () => ({ kind: 'policies' }),
  handle: async (registry, { caller, body: { text, reason, expected } }) =>
    presentPolicies(await changePolicies(registry, caller, { text, reason, expectedNumber: expected })),
});
