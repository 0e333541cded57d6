// The process ends in the middle of a step: at every single call that the step makes to the world, once before the
// call has done anything and once after it has, but before anybody heard of it.
import assert from 'node:assert/strict';

type Moment = 'before' | 'after';

/** A step of the registry that must survive this, on a registry of its own. */
export interface Endangered<Ports extends object> {
  readonly ports: Ports;
  step(ports: Ports): Promise<unknown>;
  /** What is left when all is over. */
  outcome(): Promise<unknown>;
}

/** Asserts that whatever call a process dies at, doing the step again leaves what an undisturbed one leaves. */
export async function assertSurvivesDeath<Ports extends object>(
  prepare: () => Promise<Endangered<Ports>>,
): Promise<void> {
  const undisturbed = await prepare();
  await undisturbed.step(undisturbed.ports);
  const expected = await undisturbed.outcome();
  for (const moment of ['before', 'after'] as const) {
    let deaths = 0;
    while (await dies(prepare, deaths + 1, moment, expected)) deaths++;
    assert.ok(deaths > 1, 'the step calls its ports');
  }
}

/** False when the step has fewer calls than that. */
async function dies<Ports extends object>(
  prepare: () => Promise<Endangered<Ports>>,
  deathAt: number,
  moment: Moment,
  expected: unknown,
): Promise<boolean> {
  const { ports, step, outcome } = await prepare();
  const death = new Death(deathAt, moment);
  await step(death.threaten(ports)).catch(() => {});
  if (death.diedAt === null) return false;
  await step(ports);
  assert.deepEqual(await outcome(), expected, `after a death ${moment} call ${deathAt}, ${death.diedAt}`);
  return true;
}

const harmless = new Set(['clock', 'randomness']);

class Death {
  readonly #at: number;
  readonly #moment: Moment;
  #calls = 0;
  /** The call, once it has happened; from then on nothing can be called any more. */
  diedAt: string | null = null;

  constructor(at: number, moment: Moment) {
    this.#at = at;
    this.#moment = moment;
  }

  threaten<Ports extends object>(ports: Ports): Ports {
    return Object.fromEntries(
      Object.entries(ports).map(([name, port]) => [name, this.#threatened(name, port)]),
    ) as Ports;
  }

  #threatened(name: string, port: unknown): unknown {
    if (harmless.has(name)) return port;
    if (typeof port === 'function') return this.#call(name, port.bind(undefined));
    if (typeof port !== 'object' || port === null) return port;
    return new Proxy(port, {
      get: (target, method) => {
        const value: unknown = Reflect.get(target, method, target);
        return typeof value === 'function'
          ? this.#call(`${name}.${String(method)}`, value.bind(target))
          : value;
      },
    });
  }

  #call(name: string, call: (...given: unknown[]) => unknown) {
    return async (...given: unknown[]) => {
      const isLast = ++this.#calls === this.#at;
      if (this.diedAt !== null) throw new Error('the process is dead');
      if (isLast && this.#moment === 'before') throw this.#die(name);
      const answer = await call(...given);
      if (isLast) throw this.#die(name);
      return answer;
    };
  }

  #die(name: string): Error {
    this.diedAt = name;
    return new Error(`the process dies at ${name}`);
  }
}
