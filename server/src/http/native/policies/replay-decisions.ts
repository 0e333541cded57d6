import Type, { type Static } from 'typebox';
import { type DifferentDecision, replayDecisions } from '../../../core/gate/index.ts';
import { defineRoute } from '../../define-route.ts';
import { Id, Nullable, Timestamp } from '../../schemas.ts';
import { DecisionProperties, PolicyText } from './policy-schema.ts';

const DifferentDecisionSchema = Type.Object({
  id: Type.String({ description: 'Of the entry in the audit log.' }),
  at: Timestamp,
  operation: Type.String(),
  user: Nullable(Type.Object({ id: Id, name: Type.String() })),
  package: Type.Object({ id: Type.String(), name: Type.String() }),
  version: Nullable(Type.String()),
  before: Type.Object(DecisionProperties),
  after: Type.Object(DecisionProperties),
});

export const replayDecisionsRoute = defineRoute({
  operation: 'policy.replay',
  method: 'POST',
  path: '/api/policies/replay',
  description:
    'Which downloads of a period would have come out differently, had the text been in force in place of the policies that ' +
    'were: decided again from what was put on record with each of them. Nothing is changed.',
  body: Type.Object(
    {
      text: PolicyText,
      from: { ...Timestamp, description: 'Inclusive.' },
      until: { ...Timestamp, description: 'Exclusive.' },
      after: Type.Optional(Type.String({ maxLength: 2_000, description: '`next` of the part before.' })),
    },
    { additionalProperties: false },
  ),
  answers: {
    200: Type.Object({
      decided: Type.Integer({ description: 'Decisions that were made again, in this part of the period.' }),
      skipped: Type.Integer({ description: 'Entries of which no decision is on record.' }),
      nowDenied: Type.Integer(),
      nowAllowed: Type.Integer(),
      different: Type.Array(DifferentDecisionSchema, { description: 'The newest first.' }),
      complete: Type.Boolean({ description: 'False: there is more; go on with `next`.' }),
      next: Nullable(Type.String()),
    }),
  },
  subject: () => ({ kind: 'policies' }),
  handle: async (registry, { caller, body }) => {
    const period = { from: new Date(body.from), until: new Date(body.until) };
    const { different, ...rest } = await replayDecisions(registry, caller, { ...body, ...period });
    return { ...rest, different: different.map(presentDifferentDecision) };
  },
});

function presentDifferentDecision({
  entry: { id, at, operation, actor, subject },
  before,
  after,
}: DifferentDecision): Static<typeof DifferentDecisionSchema> {
  return {
    id,
    at: at.toISOString(),
    operation,
    user: actor && { id: actor.userId, name: actor.userName },
    package: { id: subject.packageId ?? '', name: subject.packageName ?? '' },
    version: subject.versionLabel ?? null,
    before: { ...before, policies: [...before.policies] },
    after: { ...after, policies: [...after.policies] },
  };
}
