// A registry that is set up in two regions runs in one of them. This moves it to the other:
//
//   region that is left:   most tasks 0 ──► nothing runs any more         (left out when it is lost)
//   region that takes over:                                      ──► least and most tasks ──► all of them run
//
// In this order, and never side by side: of two changes to one record in two regions the later one stays, and the other
// is forgotten.
import { RegistryError } from '../errors.ts';

export interface RunningService {
  readonly name: string;
  /** Tasks that run, those included that are just ending. */
  readonly running: number;
  /** Tasks of what it is to run now; older ones are being replaced. */
  readonly ready: number;
}

/** The services of the registry in one region. */
export interface RegionServices {
  readonly region: string;
  /** Rejects when the region does not answer. */
  list(): Promise<readonly RunningService[]>;
  /** From now on so many tasks run at least and at most, whatever the load is. Repeating it changes nothing. */
  scale(service: string, tasks: TaskRange): Promise<void>;
}

export interface TaskRange {
  readonly least: number;
  readonly most: number;
}

export interface FailOverPorts {
  /** Null: it is lost, and whoever says so knows that nothing runs there. */
  readonly from: RegionServices | null;
  readonly to: RegionServices;
  readonly pause: (ms: number) => Promise<void>;
  readonly now: () => number;
  readonly tell: (line: string) => void;
}

const askedEveryMs = 2_000;

/**
 * Resolves when the tasks run there. Begun again after a failure at any point, it goes on. Rejects with `unavailable`
 * when tasks have not ended, or do not run, after `waitMs`; nothing is started before those elsewhere have ended.
 */
export async function failOver(
  ports: FailOverPorts,
  { tasks, waitMs }: { readonly tasks: TaskRange; readonly waitMs: number },
): Promise<void> {
  const { from, to, tell } = ports;
  // Whoever cannot take over is found out before anything stops.
  if ((await to.list()).length === 0) throw refused(`There are no services in ${to.region}.`);
  if (from !== null) {
    await scaleAll(from, { least: 0, most: 0 });
    tell(`${from.region}: no tasks are to run any more.`);
    await until(ports, waitMs, from, 'end', ({ running }) => running === 0);
    tell(`${from.region}: none runs.`);
  }
  await scaleAll(to, tasks);
  tell(`${to.region}: ${tasks.least} to ${tasks.most} tasks are to run of each service.`);
  await until(ports, waitMs, to, 'run', ({ ready }) => ready >= tasks.least);
  tell(`${to.region}: they run.`);
}

async function scaleAll(region: RegionServices, tasks: TaskRange): Promise<void> {
  for (const { name } of await region.list()) await region.scale(name, tasks);
}

async function until(
  { pause, now }: FailOverPorts,
  waitMs: number,
  region: RegionServices,
  what: 'end' | 'run',
  isDone: (service: RunningService) => boolean,
): Promise<void> {
  const endMs = now() + waitMs;
  for (;;) {
    const waiting = (await region.list()).filter((service) => !isDone(service));
    if (waiting.length === 0) return;
    if (now() > endMs) {
      const named = waiting.map(({ name, running }) => `${name} (${running} running)`).join(', ');
      throw new RegistryError('unavailable', `${region.region}: tasks do not ${what} of ${named}.`);
    }
    await pause(askedEveryMs);
  }
}

function refused(why: string): RegistryError {
  return new RegistryError('state-conflict', why);
}
