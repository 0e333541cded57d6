import type { Route } from '../../define-route.ts';
import { changeUserRoute } from './change-user.ts';
import { deleteUserRoute } from './delete-user.ts';
import { listUsersRoute } from './list-users.ts';
import { readUserRoute } from './read-user.ts';

export const userRoutes: readonly Route[] = [listUsersRoute, readUserRoute, changeUserRoute, deleteUserRoute];
