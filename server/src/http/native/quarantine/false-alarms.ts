import Type, { type Static } from 'typebox';
import { type FalseAlarm, listFalseAlarms, markFalseAlarm } from '../../../core/pipeline/index.ts';
import { defineRoute } from '../../define-route.ts';
import { Id, IdParams, Nullable, Timestamp } from '../../schemas.ts';

const Person = Type.Object({ id: Id, name: Type.String() });

const FalseAlarmSchema = Type.Object({
  digest: Type.String(),
  rule: Type.String(),
  reason: Type.String(),
  markedBy: Person,
  markedAt: Timestamp,
  confirmedBy: Nullable(Person),
  inForce: Type.Boolean({ description: 'False while a second reviewer has yet to confirm it.' }),
  expiresAt: Timestamp,
});

export const listFalseAlarmsRoute = defineRoute({
  operation: 'quarantine.list-false-alarms',
  method: 'GET',
  path: '/api/quarantine/:id/false-alarms',
  description:
    'What reviewers take for false alarms in the content of this version, also where that has expired.',
  params: IdParams,
  answers: { 200: Type.Object({ items: Type.Array(FalseAlarmSchema) }) },
  subject: ({ id = '' }) => ({ versionId: id }),
  handle: async (registry, { params }) => ({
    items: (await listFalseAlarms(registry, params.id)).map(presentFalseAlarm),
  }),
});

export const markFalseAlarmRoute = defineRoute({
  operation: 'quarantine.mark-false-alarm',
  method: 'POST',
  path: '/api/quarantine/:id/false-alarms',
  description:
    'Findings of the rule do not block this content until then; they are found and shown as before. The version itself stays in quarantine until it is released. Where a release takes two reviewers, so does this.',
  params: IdParams,
  body: Type.Object(
    {
      rule: Type.String({ maxLength: 100, description: 'One that blocks this version.' }),
      reason: Type.String({ description: 'For those who read it later.' }),
      expiresAt: Timestamp,
    },
    { additionalProperties: false },
  ),
  answers: { 201: FalseAlarmSchema },
  subject: ({ id = '' }) => ({ versionId: id }),
  handle: async (registry, { caller, params, body }, reply) => {
    const given = { ...body, expiresAt: new Date(body.expiresAt) };
    const alarm = await markFalseAlarm(registry, caller, params.id, given);
    return reply.code(201).send(presentFalseAlarm(alarm));
  },
});

function presentFalseAlarm(alarm: FalseAlarm): Static<typeof FalseAlarmSchema> {
  const { digest, rule, reason, markedBy, markedAt, confirmedBy, inForce, expiresAt } = alarm;
  const person = ({ userId, userName }: typeof markedBy) => ({ id: userId, name: userName });
  return {
    digest,
    rule,
    reason,
    markedBy: person(markedBy),
    markedAt: markedAt.toISOString(),
    confirmedBy: confirmedBy && person(confirmedBy),
    inForce,
    expiresAt: expiresAt.toISOString(),
  };
}
