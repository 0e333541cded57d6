import type { Route } from '../define-route.ts';
import { accountRoutes } from './auth/index.ts';
import { groupRoutes } from './groups/index.ts';
import { tokenRoutes } from './tokens/index.ts';
import { userRoutes } from './users/index.ts';

export const accessRoutes: readonly Route[] = [
  ...accountRoutes,
  ...userRoutes,
  ...groupRoutes,
  ...tokenRoutes,
];
