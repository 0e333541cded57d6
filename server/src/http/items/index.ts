import type { Route } from '../define-route.ts';
import { createItemRoute } from './create-item.ts';
import { listItemsRoute } from './list-items.ts';
import { readItemRoute } from './read-item.ts';

export const itemRoutes: readonly Route[] = [listItemsRoute, createItemRoute, readItemRoute];
