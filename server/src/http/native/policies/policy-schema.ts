import Type, { type Static } from 'typebox';
import { gateActions, type ListedPolicyVersion, type PolicyVersion } from '../../../core/gate/index.ts';
import { Id, Timestamp } from '../../schemas.ts';

export const ListedPoliciesSchema = Type.Object({
  number: Type.Integer(),
  digest: Type.String({ description: 'SHA-256 of the text.' }),
  reason: Type.String(),
  author: Type.Object({ id: Id, name: Type.String() }),
  createdAt: Timestamp,
});

export const PoliciesSchema = Type.Object({
  ...ListedPoliciesSchema.properties,
  text: Type.String({ description: 'In Cedar.' }),
});

export const PolicySchema = Type.Object({
  id: Type.String(),
  reason: Type.Union([Type.String(), Type.Null()], {
    description: 'What whoever is denied is told, with places such as `{package}`.',
  }),
  effect: Type.Enum(['permit', 'forbid']),
  actions: Type.Array(Type.Enum([...gateActions]), { description: 'What it may apply to.' }),
  builtIn: Type.Boolean(),
});

/** A megabyte is the longest body; the registry's own limit is lower. */
export const PolicyText = Type.String({
  maxLength: 300_000,
  description: 'Policies in Cedar, see docs/policies.md; empty: none but the built-in ones.',
});

export const DecisionProperties = {
  allowed: Type.Boolean(),
  reason: Type.String(),
  policies: Type.Array(Type.String(), { description: 'Those that determined it.' }),
};

export function presentListedPolicies(version: ListedPolicyVersion): Static<typeof ListedPoliciesSchema> {
  const { number, digest, reason, author, createdAt } = version;
  return {
    number,
    digest,
    reason,
    author: { id: author.userId, name: author.userName },
    createdAt: createdAt.toISOString(),
  };
}

export function presentPolicies(version: PolicyVersion): Static<typeof PoliciesSchema> {
  return { ...presentListedPolicies(version), text: version.text };
}
