import type { Route } from '../../define-route.ts';
import { countByDayRoute } from './count-by-day.ts';
import { listDownloadHistoryRoute, listUploadHistoryRoute } from './list-history.ts';

export const historyRoutes: readonly Route[] = [
  listUploadHistoryRoute,
  listDownloadHistoryRoute,
  countByDayRoute,
];
