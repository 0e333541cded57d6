// Secrets inside records are sealed with a key of their engines. They are opened on the way, so that both sides can be
// compared, and sealed with the other key.
import type { SecretBox, Webhook } from '../events/index.ts';
import { secretPurpose } from '../events/index.ts';
import type { KindTransfer, RecordTransfer } from './ports.ts';

/** The same records, with `sealedSecret` of webhooks open in what is read and sealed in what is stored. */
export function withOpenSecrets(transfer: RecordTransfer, box: SecretBox): RecordTransfer {
  return { ...transfer, webhook: openWebhooks(transfer.webhook, box) };
}

function openWebhooks(webhooks: KindTransfer<Webhook>, box: SecretBox): KindTransfer<Webhook> {
  const opened = async (webhook: Webhook) => ({
    ...webhook,
    sealedSecret: await box.open(webhook.sealedSecret, secretPurpose(webhook.id)),
  });
  const sealed = async (webhook: Webhook) => ({
    ...webhook,
    sealedSecret: await box.seal(webhook.sealedSecret, secretPurpose(webhook.id)),
  });
  return {
    async read(after, limit) {
      const { records, next } = await webhooks.read(after, limit);
      return { records: await Promise.all(records.map(opened)), next };
    },
    async match(records) {
      const found = await webhooks.match(records);
      return Promise.all(found.map((webhook) => webhook && opened(webhook)));
    },
    put: async (records) => webhooks.put(await Promise.all(records.map(sealed))),
    remove: (records) => webhooks.remove(records),
  };
}

/** Rejects as `SecretBox.open` does when the box does not open what the records hold. */
export async function requireOpenable(transfer: RecordTransfer, box: SecretBox): Promise<void> {
  const webhooks = openWebhooks(transfer.webhook, box);
  let after: string | null = null;
  do after = (await webhooks.read(after, 200)).next;
  while (after !== null);
}
