import { sessionOf, userOf } from '../access/index.ts';
import { type AuditAppended, audited } from '../audit/index.ts';
import type { Caller } from '../caller.ts';
import type { Clock, Randomness } from '../clock.ts';
import type { Commit } from '../commit.ts';
import { RegistryError } from '../errors.ts';
import type { SecretBox, WebhookSender } from './ports.ts';
import { newSigningSecret } from './signature.ts';
import { subscribedKinds, type Webhook, type WebhookInserted } from './webhook.ts';

/** The webhook, and its signing secret: shown this once, kept sealed. */
export async function createWebhook(
  ports: {
    clock: Clock;
    randomness: Randomness;
    commit: Commit<WebhookInserted | AuditAppended>;
    secretBox: SecretBox;
    webhookSender: Pick<WebhookSender, 'whyRefused'>;
  },
  caller: Caller,
  given: { url: string; kinds: readonly string[]; active: boolean },
): Promise<{ webhook: Webhook; secret: string }> {
  // It goes on when the token that made it is gone.
  sessionOf(caller);
  const kinds = subscribedKinds(given.kinds);
  await requireAcceptableUrl(ports, given.url);
  const id = ports.randomness.id();
  const secret = newSigningSecret(ports.randomness);
  const webhook: Webhook = {
    id,
    userId: userOf(caller).id,
    url: given.url,
    kinds,
    active: given.active,
    switchedOffBecause: null,
    sealedSecret: await ports.secretBox.seal(secret, secretPurpose(id)),
    deadInARow: 0,
    createdAt: ports.clock.now(),
    revision: 1,
  };
  await ports.commit([
    { change: 'webhook.insert', webhook },
    audited(ports, caller, 'webhook.create', { kind: 'webhook', id }),
  ]);
  return { webhook, secret };
}

export function secretPurpose(webhookId: string): string {
  return `webhook ${webhookId}`;
}

/** Throws `webhook-address-refused`. */
export async function requireAcceptableUrl(
  ports: { webhookSender: Pick<WebhookSender, 'whyRefused'> },
  url: string,
): Promise<void> {
  const refusal = await ports.webhookSender.whyRefused(url);
  if (refusal !== null) throw new RegistryError('webhook-address-refused', refusal);
}
