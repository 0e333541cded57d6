import type { Route } from '../../define-route.ts';
import { followEventsRoute } from './follow-events.ts';

export const eventRoutes: readonly Route[] = [followEventsRoute];
