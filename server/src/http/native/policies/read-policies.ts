import Type from 'typebox';
import { readPolicies, readPolicyVersion } from '../../../core/gate/index.ts';
import { defineRoute } from '../../define-route.ts';
import { Nullable, PageOf, PageQuery, presentPage } from '../../schemas.ts';
import {
  ListedPoliciesSchema,
  PoliciesSchema,
  PolicySchema,
  presentListedPolicies,
  presentPolicies,
} from './policy-schema.ts';

export const readPoliciesRoute = defineRoute({
  operation: 'policy.read',
  method: 'GET',
  path: '/api/policies',
  description: 'What the gate decides by: the built-in policies, and what administrators have added.',
  answers: {
    200: Type.Object({
      version: { ...Nullable(PoliciesSchema), description: 'Null: nobody has ever written any.' },
      policies: Type.Array(PolicySchema, { description: 'The built-in ones first.' }),
      fault: {
        ...Nullable(Type.String()),
        description: 'Why they cannot be used, so that everything is denied; null: they can.',
      },
      builtIn: Type.String({ description: 'The text of the built-in policies.' }),
      schema: Type.String({ description: 'What policies may ask for, as a Cedar schema.' }),
    }),
  },
  handle: async (registry) => {
    const { version, policies, ...rest } = await readPolicies(registry);
    return {
      ...rest,
      version: version && presentPolicies(version),
      policies: policies.map(({ id, reason, effect, actions, builtIn }) => ({
        id,
        reason,
        effect,
        actions: [...actions],
        builtIn,
      })),
    };
  },
});

export const listPolicyVersionsRoute = defineRoute({
  operation: 'policy.list-versions',
  method: 'GET',
  path: '/api/policies/versions',
  description: 'The newest first; the first is in force.',
  query: Type.Object(PageQuery),
  answers: { 200: PageOf(ListedPoliciesSchema) },
  handle: async (registry, { query }) =>
    presentPage(await registry.policies.list(query), presentListedPolicies),
});

export const readPolicyVersionRoute = defineRoute({
  operation: 'policy.read-version',
  method: 'GET',
  path: '/api/policies/versions/:number',
  params: Type.Object({ number: Type.Integer({ minimum: 1, maximum: 999_999_999 }) }),
  answers: { 200: PoliciesSchema },
  subject: ({ number = '' }) => ({ kind: 'policies', id: number }),
  handle: async (registry, { params }) => presentPolicies(await readPolicyVersion(registry, params.number)),
});
