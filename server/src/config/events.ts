import { flag, integer, type Values } from './fields.ts';

export const eventFields = {
  pollMs: integer({
    variable: 'ASSAY_EVENT_POLL_MS',
    meaning:
      'How often a process looks for events to tell to the clients that follow them. Nothing is asked while nobody follows.',
    default: 500,
    unit: 'ms',
    minimum: 10,
    maximum: 60_000,
  }),
  streamsPerUser: integer({
    variable: 'ASSAY_EVENT_STREAMS_PER_USER',
    meaning: 'How many event streams (GET /api/events) one user may have open at a process.',
    default: 10,
    minimum: 1,
    maximum: 10_000,
  }),
  webhookTimeoutMs: integer({
    variable: 'ASSAY_WEBHOOK_TIMEOUT_MS',
    meaning:
      'How long one delivery to a webhook may take, from the look-up of the name to the end of the answer.',
    default: 10_000,
    unit: 'ms',
    minimum: 100,
    maximum: 60_000,
  }),
  webhookSwitchOffAfter: integer({
    variable: 'ASSAY_WEBHOOK_SWITCH_OFF_AFTER',
    meaning: 'A webhook is switched off after so many deliveries in a row that were given up.',
    default: 10,
    minimum: 1,
    maximum: 1_000_000,
  }),
  webhookAllowPrivate: flag({
    variable: 'ASSAY_WEBHOOK_ALLOW_PRIVATE',
    meaning:
      'True lets webhooks reach private networks and this machine. Users choose the addresses: allow it only where all of them may reach everything that this machine can.',
    default: false,
  }),
};

export type EventsConfig = Values<typeof eventFields>;
