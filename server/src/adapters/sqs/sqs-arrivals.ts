import type { ArrivalNotice, ArrivalNotices } from '../../core/uploads/index.ts';
import { arrivalsIn } from './arrivals-in.ts';
import type { SqsQueue } from './sqs-queue.ts';

export interface ArrivalSettings {
  /** Where uploads arrive; what S3 tells of other buckets is passed over. */
  readonly bucket: string;
  readonly waitS: number;
}

/** A notice that is not settled by then is told to another worker: longer than it takes to complete some uploads. */
const hiddenS = 60;

/** News of S3 about objects that have arrived, from a queue. */
export class SqsArrivals implements ArrivalNotices {
  readonly #queue: SqsQueue;
  readonly #settings: ArrivalSettings;
  readonly #report: (problem: string) => void;

  constructor(queue: SqsQueue, settings: ArrivalSettings, report: (problem: string) => void) {
    this.#queue = queue;
    this.#settings = settings;
    this.#report = report;
  }

  async next(signal: AbortSignal): Promise<ArrivalNotice | null> {
    const message = await this.#queue.receive(this.#settings.waitS, hiddenS, signal);
    if (message === null) return null;
    const { body, receipt } = message;
    const arrivals = arrivalsIn(body, this.#settings.bucket);
    // It comes again until the queue's own redrive policy moves it to the dead-letter queue.
    if (arrivals === null) this.#report(`a message is not about objects: ${body.slice(0, 200)}`);
    return arrivals && { arrivals, receipt };
  }

  async settle({ receipt }: ArrivalNotice): Promise<void> {
    await this.#queue.remove(receipt);
  }

  async postpone({ receipt }: ArrivalNotice, seconds: number): Promise<void> {
    await this.#queue.hide(receipt, seconds);
  }
}
