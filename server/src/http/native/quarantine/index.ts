import type { Route } from '../../define-route.ts';
import { listFalseAlarmsRoute, markFalseAlarmRoute } from './false-alarms.ts';
import { listCaseFilesRoute } from './list-case-files.ts';
import { listCasesRoute } from './list-cases.ts';
import { readBlastRadiusRoute } from './read-blast-radius.ts';
import { readCaseRoute } from './read-case.ts';
import { readCaseFileRoute } from './read-case-file.ts';
import { rejectVersionRoute } from './reject-version.ts';
import { releaseVersionRoute } from './release-version.ts';

export const quarantineRoutes: readonly Route[] = [
  listCasesRoute,
  readCaseRoute,
  listCaseFilesRoute,
  readCaseFileRoute,
  readBlastRadiusRoute,
  listFalseAlarmsRoute,
  markFalseAlarmRoute,
  releaseVersionRoute,
  rejectVersionRoute,
];
