import type { Route } from '../../define-route.ts';
import { createTokenRoute } from './create-token.ts';
import { listTokensRoute } from './list-tokens.ts';
import { revokeTokenRoute } from './revoke-token.ts';

export const tokenRoutes: readonly Route[] = [listTokensRoute, createTokenRoute, revokeTokenRoute];
