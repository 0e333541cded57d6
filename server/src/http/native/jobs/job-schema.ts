import Type, { type Static } from 'typebox';
import type { DeadJob } from '../../../core/jobs/index.ts';
import { Timestamp } from '../../schemas.ts';

export const JobId = Type.String({ minLength: 1, maxLength: 250, pattern: '^[A-Za-z0-9._-]+$' });

export const DeadJobSchema = Type.Object({
  id: JobId,
  kind: Type.String(),
  payload: Type.Record(Type.String(), Type.String()),
  attempts: Type.Integer(),
  failedAt: Timestamp,
  failure: Type.String(),
});

export function presentDeadJob(job: DeadJob): Static<typeof DeadJobSchema> {
  const { id, kind, payload, attempts, failedAt, failure } = job;
  return { id, kind, payload: { ...payload }, attempts, failedAt: failedAt.toISOString(), failure };
}
