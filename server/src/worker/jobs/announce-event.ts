import { announceEvent } from '../../core/events/index.ts';
import type { JobHandler } from '../job-handler.ts';

export const announceEventJob: JobHandler = {
  kind: 'announce-event',
  attempts: 20,
  run: (ports, { payload }) => announceEvent(ports, payload.eventId ?? ''),
};
