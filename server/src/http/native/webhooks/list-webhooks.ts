import Type from 'typebox';
import { requireUnlimitedToken, userOf } from '../../../core/access/index.ts';
import { isAdmin } from '../../../core/caller.ts';
import { RegistryError } from '../../../core/errors.ts';
import { defineRoute } from '../../define-route.ts';
import { PageOf, PageQuery, presentPage } from '../../schemas.ts';
import { presentWebhook, WebhookSchema } from './webhook-schema.ts';

export const listWebhooksRoute = defineRoute({
  operation: 'webhook.list',
  method: 'GET',
  path: '/api/webhooks',
  description: 'One’s own are few and come in one page.',
  query: Type.Object({
    ...PageQuery,
    all: Type.Boolean({ default: false, description: 'Everybody’s; for administrators.' }),
  }),
  answers: { 200: PageOf(WebhookSchema) },
  handle: async (registry, { caller, query }) => {
    requireUnlimitedToken(caller);
    if (query.all && !isAdmin(caller)) {
      throw new RegistryError('permission-denied', 'Everybody’s webhooks need the permission `admin`.');
    }
    const page = query.all
      ? await registry.webhooks.list(query)
      : { items: await registry.webhooks.listOf(userOf(caller).id), next: null };
    return presentPage(page, presentWebhook);
  },
});
