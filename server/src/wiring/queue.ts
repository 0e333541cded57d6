import type { Config } from '../config/index.ts';
import type { Clock } from '../core/clock.ts';
import type { RecordsEngine } from '../core/engine.ts';
import type { Aws } from './aws.ts';
import type { Sides } from './guards.ts';

interface Given {
  readonly engines: Sides<RecordsEngine>;
  readonly aws: Aws;
  readonly clock: Clock;
  readonly report: (problem: string, cause: unknown) => void;
}

interface QueuedEngines {
  readonly engines: Sides<RecordsEngine>;
  /** Rejects when what tells of jobs does not answer; null where nothing does. */
  readonly probe: (() => Promise<void>) | null;
  /** Once no job runs and nothing is committed any more. */
  close(): Promise<void>;
}

/** Each engine's code is loaded when it is chosen. */
const openers: Record<Config['engines']['queue'], (config: Config, given: Given) => Promise<QueuedEngines>> =
  {
    records: async (_config, { engines }) => ({ engines, probe: null, close: async () => {} }),

    /** The records, which tell of their jobs. */
    async sqs({ sqs }, { engines, aws, clock, report }) {
      const { openSqsJobQueue } = await import('../adapters/sqs/open-job-queue.ts');
      const records = engines.worker.jobs;
      const queue = openSqsJobQueue(await aws(), sqs, { records, report, now: () => clock.now() });
      return {
        engines: {
          requests: { ...engines.requests, commit: queue.telling(engines.requests.commit) },
          worker: { ...engines.worker, commit: queue.telling(engines.worker.commit), jobs: queue.jobs },
        },
        probe: () => queue.probe(),
        close: () => queue.close(),
      };
    },
  };

/** The engines, with the queue that the configuration chooses for their jobs. */
export function openQueue(config: Config, given: Given): Promise<QueuedEngines> {
  return openers[config.engines.queue](config, given);
}
