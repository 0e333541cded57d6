import Type, { type Static } from 'typebox';
import type { ComponentHealth } from '../../../core/health/index.ts';
import { Timestamp } from '../../schemas.ts';

export const HealthStatusSchema = Type.Enum(['ok', 'degraded', 'critical', 'unknown']);

/** Everybody gets what is not optional; the rest tells about the inside and is for administrators. */
export const ComponentSchema = Type.Object({
  id: Type.String(),
  title: Type.String(),
  status: HealthStatusSchema,
  observedAt: Timestamp,
  description: Type.Optional(Type.String()),
  metrics: Type.Optional(Type.Record(Type.String(), Type.Number())),
  issues: Type.Optional(
    Type.Array(
      Type.Object({
        code: Type.String(),
        severity: Type.Enum(['info', 'warning', 'error']),
        summary: Type.String(),
      }),
    ),
  ),
  timeline: Type.Optional(
    Type.Array(Type.Object({ bucket: Timestamp, value: Type.Number(), unit: Type.String() }), {
      description: 'A value a minute, the oldest first; minutes without an observation are left out.',
    }),
  ),
  logs: Type.Optional(
    Type.Array(Type.Object({ label: Type.String(), url: Type.String() }), {
      description: 'Where in this API more is told about it.',
    }),
  ),
});

export function presentComponent(health: ComponentHealth, detailed: boolean): Static<typeof ComponentSchema> {
  const { id, title, status, observedAt, description, metrics, issues, timeline, logs } = health;
  const told = { id, title, status, observedAt: observedAt.toISOString() };
  if (!detailed) return told;
  return {
    ...told,
    description,
    metrics: { ...metrics },
    issues: [...issues],
    timeline: timeline.map((entry) => ({ ...entry, bucket: entry.bucket.toISOString() })),
    logs: [...logs],
  };
}
