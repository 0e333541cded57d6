import { RegistryError } from '../../core/errors.ts';
import {
  type EventAppended,
  type EventStore,
  type RegistryEvent,
  tellingJob,
} from '../../core/events/index.ts';
import type { JobQueued } from '../../core/jobs/index.ts';
import type { KeptRecords } from './kept-records.ts';
import type { MemoryAppliers } from './memory-engine.ts';

export class MemoryEventStore implements EventStore {
  /** In the order of their commits. */
  readonly #events: RegistryEvent[] = [];
  readonly appliers: MemoryAppliers<EventAppended>;
  readonly kept: KeptRecords<RegistryEvent> = {
    all: () => this.#events,
    put: (event) => {
      if (!this.#events.some((known) => known.id === event.id)) this.#events.push(event);
    },
    remove: ({ id }) => {
      const at = this.#events.findIndex((known) => known.id === id);
      if (at >= 0) this.#events.splice(at, 1);
    },
  };

  constructor(jobs: MemoryAppliers<JobQueued>) {
    this.appliers = {
      'event.append': ({ event }) => {
        if (this.#events.some((known) => known.id === event.id)) return () => {};
        const forgetJob = jobs['job.queue']({ change: 'job.queue', job: tellingJob(event) });
        this.#events.push(event);
        return () => {
          this.#events.pop();
          forgetJob();
        };
      },
    };
  }

  async find(id: string): Promise<RegistryEvent | null> {
    return this.#events.find((event) => event.id === id) ?? null;
  }

  async listAfter(
    userId: string | null,
    afterId: string | null,
    limit: number,
  ): Promise<readonly RegistryEvent[]> {
    const concerning = this.#concerning(userId);
    const after = afterId === null ? -1 : concerning.findIndex((event) => event.id === afterId);
    if (afterId !== null && after === -1) {
      throw new RegistryError('invalid-cursor', `There is no event ${JSON.stringify(afterId)}.`);
    }
    return concerning.slice(after + 1, after + 1 + limit);
  }

  async last(userId: string | null): Promise<RegistryEvent | null> {
    return this.#concerning(userId).at(-1) ?? null;
  }

  #concerning(userId: string | null): RegistryEvent[] {
    return this.#events.filter((event) => userId === null || event.userId === userId);
  }
}
