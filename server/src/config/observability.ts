import { choice, type Values } from './fields.ts';

export const observabilityFields = {
  metricsFor: choice({
    variable: 'ASSAY_METRICS_FOR',
    meaning:
      'Who may read `/metrics` besides administrators: `loopback`, programs on this machine that connect directly, not through a proxy; `anyone`; or `administrators` only.',
    default: 'loopback',
    of: ['loopback', 'anyone', 'administrators'],
  }),
};

export type ObservabilityConfig = Values<typeof observabilityFields>;
