import { tellEvent } from '../../core/events/index.ts';
import type { JobHandler } from '../job-handler.ts';

export const tellEventJob: JobHandler = {
  kind: 'tell-event',
  attempts: 20,
  run: (ports, { payload }) => tellEvent(ports, payload.eventId ?? ''),
};
