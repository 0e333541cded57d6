import { RegistryError } from '../errors.ts';

/**
 * Who is receiving what at this moment, so that no place has two writers. It knows of this process only: one
 * process at a time receives into a store.
 */
export class Receptions {
  readonly #running = new Map<string, Map<number, Reception>>();
  readonly #alone = new Map<string, Promise<void>>();

  /**
   * Runs `receive` as the only one of its place (a part number; 0 for the whole) within a session. Another one
   * there is ended first, and has let go of its place when this one begins.
   */
  async run<T>(session: string, place: number, receive: (ended: AbortSignal) => Promise<T>): Promise<T> {
    for (;;) {
      const busy = this.#running.get(session)?.get(place);
      if (busy !== undefined) await end(busy, `part ${place} of it is being sent again`);
      else if (this.#alone.has(session)) await this.#alone.get(session);
      else break;
    }
    const { promise, resolve } = Promise.withResolvers<void>();
    const controller = new AbortController();
    const running = this.#running.get(session) ?? new Map<number, Reception>();
    this.#running.set(session, running.set(place, { controller, over: promise }));
    try {
      return await receive(controller.signal);
    } finally {
      running.delete(place);
      if (running.size === 0) this.#running.delete(session);
      resolve();
    }
  }

  /** Ends all receptions of a session, and keeps new ones and others that want to be alone waiting for `work`. */
  async alone<T>(session: string, work: () => Promise<T>): Promise<T> {
    while (this.#alone.has(session)) await this.#alone.get(session);
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#alone.set(session, promise);
    try {
      const running = [...(this.#running.get(session)?.values() ?? [])];
      await Promise.all(running.map((reception) => end(reception, 'it is being completed or aborted')));
      return await work();
    } finally {
      this.#alone.delete(session);
      resolve();
    }
  }
}

interface Reception {
  readonly controller: AbortController;
  readonly over: Promise<void>;
}

function end({ controller, over }: Reception, why: string): Promise<void> {
  controller.abort(
    new RegistryError('state-conflict', `The upload does not take these bytes any more: ${why}.`),
  );
  return over;
}
