import { deliver, giveUpDelivery } from '../../core/events/index.ts';
import type { JobHandler } from '../job-handler.ts';

const attempts = 12; // with the back-off of jobs about an hour

/**
 * One attempt a run; a failed one fails the job, whose back-off is then that of the delivery. The last one does not:
 * a receiver that is down is told in the delivery log to its owner, and is nothing for the list of dead jobs.
 */
export const deliverWebhookJob: JobHandler = {
  kind: 'deliver-webhook',
  attempts,
  async run(ports, { payload, attempt }) {
    const delivery = await deliver(ports, payload.deliveryId ?? '', {
      lastAttempt: attempt >= attempts,
      switchOffAfter: ports.webhookSwitchOffAfter,
    });
    if (delivery?.state === 'pending') {
      throw new Error(delivery.attempts.at(-1)?.error ?? 'The delivery was not made.');
    }
  },
  giveUp: (ports, { payload }) => giveUpDelivery(ports, payload.deliveryId ?? ''),
};
