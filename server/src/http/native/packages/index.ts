import type { Route } from '../../define-route.ts';
import { changePackageRoute } from './change-package.ts';
import { deletePackageRoute } from './delete-package.ts';
import { downloadVersionRoute } from './download-version.ts';
import { listChecksRoute } from './list-checks.ts';
import { listFilesRoute } from './list-files.ts';
import { listHallmarksRoute } from './list-hallmarks.ts';
import { listPackagesRoute } from './list-packages.ts';
import { listVerdictsRoute } from './list-verdicts.ts';
import { listVersionsRoute } from './list-versions.ts';
import { readFileRoute } from './read-file.ts';
import { readHallmarkRoute } from './read-hallmark.ts';
import { readPackageRoute } from './read-package.ts';
import { readVersionRoute } from './read-version.ts';
import { searchPackagesRoute } from './search-packages.ts';
import { deleteVersionRoute, unyankVersionRoute, yankVersionRoute } from './withdraw-version.ts';

export const packageRoutes: readonly Route[] = [
  listPackagesRoute,
  searchPackagesRoute,
  readPackageRoute,
  changePackageRoute,
  deletePackageRoute,
  listVersionsRoute,
  readVersionRoute,
  yankVersionRoute,
  unyankVersionRoute,
  deleteVersionRoute,
  downloadVersionRoute,
  listChecksRoute,
  listVerdictsRoute,
  readHallmarkRoute,
  listHallmarksRoute,
  listFilesRoute,
  readFileRoute,
];
