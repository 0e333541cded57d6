import { sessionOf } from '../access/index.ts';
import { type AuditAppended, audited } from '../audit/index.ts';
import type { Caller } from '../caller.ts';
import type { Clock, Randomness } from '../clock.ts';
import type { Commit } from '../commit.ts';
import { requireAcceptableUrl } from './create-webhook.ts';
import type { WebhookSender, WebhookStore } from './ports.ts';
import { subscribedKinds, type Webhook, type WebhookReplaced } from './webhook.ts';
import { readWebhook } from './webhook-access.ts';

/** Changes what is given. Switching it on gives a webhook that was switched off a clean slate. */
export async function changeWebhook(
  ports: {
    clock: Clock;
    randomness: Randomness;
    commit: Commit<WebhookReplaced | AuditAppended>;
    webhooks: Pick<WebhookStore, 'find'>;
    webhookSender: Pick<WebhookSender, 'whyRefused'>;
  },
  caller: Caller,
  id: string,
  given: {
    url?: string | undefined;
    kinds?: readonly string[] | undefined;
    active?: boolean | undefined;
  },
): Promise<Webhook> {
  sessionOf(caller);
  const stored = await readWebhook(ports, caller, id);
  if (given.url !== undefined) await requireAcceptableUrl(ports, given.url);
  const webhook: Webhook = {
    ...stored,
    url: given.url ?? stored.url,
    kinds: given.kinds === undefined ? stored.kinds : subscribedKinds(given.kinds),
    ...(given.active !== undefined && { active: given.active, switchedOffBecause: null, deadInARow: 0 }),
    revision: stored.revision + 1,
  };
  await ports.commit([
    { change: 'webhook.replace', webhook },
    audited(ports, caller, 'webhook.change', { kind: 'webhook', id }),
  ]);
  return webhook;
}
