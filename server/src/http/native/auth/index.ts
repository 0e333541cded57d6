import type { Route } from '../../define-route.ts';
import { changePasswordRoute } from './change-password.ts';
import { logInRoute } from './log-in.ts';
import { logOutRoute } from './log-out.ts';
import { readAccountRoute } from './read-account.ts';
import { registerUserRoute } from './register-user.ts';

export const accountRoutes: readonly Route[] = [
  registerUserRoute,
  logInRoute,
  logOutRoute,
  readAccountRoute,
  changePasswordRoute,
];
