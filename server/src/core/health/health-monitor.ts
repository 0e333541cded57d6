import type { Clock } from '../clock.ts';
import type { Component, ComponentHealth, HealthStatus, Observation } from './component.ts';
import { noAnswer, worstOf } from './component.ts';

/** An observation is good for this long, so that nobody makes engines busy by asking for their health. */
const keptMs = 2_000;

interface Look {
  readonly at: Date;
  readonly components: Promise<readonly ComponentHealth[]>;
}

/** Looks at the components of a registry. */
export class HealthMonitor {
  readonly #clock: Clock;
  readonly #components: readonly Component[];
  readonly #patienceMs: number;
  /** By window. */
  readonly #looks = new Map<number, Look>();

  /** A component that takes longer than `patienceMs` to say how it is, is not well. */
  constructor(ports: { clock: Clock }, components: readonly Component[], { patienceMs = 3_000 } = {}) {
    this.#clock = ports.clock;
    this.#components = components;
    this.#patienceMs = patienceMs;
  }

  /** Every component over the last `windowMinutes`; never rejects. */
  components(windowMinutes: number): Promise<readonly ComponentHealth[]> {
    const now = this.#clock.now();
    for (const [window, { at }] of this.#looks) {
      if (now.getTime() - at.getTime() >= keptMs) this.#looks.delete(window);
    }
    const present = this.#looks.get(windowMinutes);
    if (present !== undefined) return present.components;
    const components = Promise.all(
      this.#components.map((component) => this.#look(component, now, windowMinutes)),
    );
    this.#looks.set(windowMinutes, { at: now, components });
    return components;
  }

  /** Each component's status now, and the worst of them. */
  async status(ids: readonly string[]): Promise<{
    status: HealthStatus;
    components: Readonly<Record<string, HealthStatus>>;
  }> {
    const seen = (await this.components(1)).filter(({ id }) => ids.includes(id));
    return {
      status: worstOf(seen.map(({ status }) => status)),
      components: Object.fromEntries(seen.map(({ id, status }) => [id, status])),
    };
  }

  async #look(component: Component, now: Date, windowMinutes: number): Promise<ComponentHealth> {
    const { id, title, description, logs } = component;
    const observation = await inTime(component.observe(now, windowMinutes), this.#patienceMs);
    return { id, title, description, logs, observedAt: now, ...observation };
  }
}

async function inTime(observing: Promise<Observation>, patienceMs: number): Promise<Observation> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<Observation>((resolve) => {
    timer = setTimeout(() => resolve(noAnswer(`It did not answer within ${patienceMs} ms.`)), patienceMs);
  });
  try {
    return await Promise.race([observing, late]);
  } catch (error) {
    return noAnswer(error);
  } finally {
    clearTimeout(timer);
  }
}
