import type { Route } from '../../define-route.ts';
import { registerValidatorRoute, removeValidatorRoute } from './change-validator.ts';
import { listPackageDownloadsRoute } from './list-downloads.ts';
import {
  listValidatorVersionsRoute,
  readValidatorRoute,
  readValidatorVersionRoute,
} from './read-validator.ts';

export const validatorRoutes: readonly Route[] = [
  readValidatorRoute,
  registerValidatorRoute,
  removeValidatorRoute,
  listValidatorVersionsRoute,
  readValidatorVersionRoute,
  listPackageDownloadsRoute,
];
