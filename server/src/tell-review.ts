// Writes into the log, every few minutes, how many versions wait for reviewers and for how long: where metrics are made
// of logs, an alarm about a forgotten quarantine goes by it (infra/modules/monitoring).
import type { Logger } from 'pino';
import type { Clock } from './core/clock.ts';
import { waitingForReview } from './core/health/index.ts';
import type { VersionStore } from './core/packages/index.ts';

export interface ReviewTelling {
  /** Resolves when nothing is asked any more. */
  stop(): Promise<void>;
}

/** Begins at once. While the records are away nothing is told, rather than that nothing waits. */
export function tellReviewEvery(
  { clock, versions }: { clock: Clock; versions: Pick<VersionStore, 'quarantineStatistics'> },
  everyMs: number,
  logger: Logger,
): ReviewTelling {
  const tell = async () => {
    try {
      logger.info({ review: await waitingForReview(versions, clock.now()) }, 'what waits for reviewers');
    } catch (error) {
      logger.warn({ err: error }, 'it is not known what waits for reviewers');
    }
  };
  let last = tell();
  const timer = setInterval(() => {
    last = tell();
  }, everyMs).unref();
  return {
    async stop() {
      clearInterval(timer);
      await last;
    },
  };
}
