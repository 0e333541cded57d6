// Listens for objects that have arrived in the incoming area, and completes the uploads whose clients have not.
import { setTimeout as wait } from 'node:timers/promises';
import { uploadInKey } from '../core/content/index.ts';
import { type ArrivalNotice, type ArrivalNotices, completeArrived } from '../core/uploads/index.ts';
import type { WorkerPorts } from './ports.ts';

export interface ArrivalSettings {
  /** An upload is left to its client for so long after its bytes have arrived. */
  readonly leaveMs: number;
  /** After a failure nothing is asked for so long. */
  readonly pauseMs: number;
}

export class ArrivalListener {
  readonly #ports: WorkerPorts;
  readonly #notices: ArrivalNotices;
  readonly #settings: ArrivalSettings;
  readonly #report: (problem: string, cause: unknown) => void;
  readonly #stopping = new AbortController();
  #loop: Promise<void> = Promise.resolve();

  constructor(
    ports: WorkerPorts,
    notices: ArrivalNotices,
    settings: ArrivalSettings,
    report: (problem: string, cause: unknown) => void,
  ) {
    this.#ports = ports;
    this.#notices = notices;
    this.#settings = settings;
    this.#report = report;
  }

  start(): void {
    this.#loop = this.#listen();
  }

  /** Resolves when what was begun is done. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#loop;
  }

  async #listen(): Promise<void> {
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      try {
        const notice = await this.#notices.next(signal);
        if (notice !== null) await this.#heed(notice);
      } catch (error) {
        // What was not settled is told again.
        this.#report('an upload that has arrived could not be completed', error);
        await wait(this.#settings.pauseMs, undefined, { signal }).catch(() => {});
      }
    }
  }

  async #heed(notice: ArrivalNotice): Promise<void> {
    const newestMs = Math.max(0, ...notice.arrivals.map(({ at }) => at.getTime()));
    const leftMs = newestMs + this.#settings.leaveMs - this.#ports.clock.now().getTime();
    if (leftMs > 0) return this.#notices.postpone(notice, leftMs / 1_000);
    for (const { key } of notice.arrivals) {
      const uploadId = uploadInKey(key);
      if (uploadId !== null) await completeArrived(this.#ports, uploadId);
    }
    return this.#notices.settle(notice);
  }
}
