// The engines of a configuration without anything that serves or works: for moving a registry, and for its backups.
import { SystemClock } from '../adapters/system/clock.ts';
import { SystemRandomness } from '../adapters/system/randomness.ts';
import type { Config } from '../config/index.ts';
import { awsOf } from './aws.ts';
import { openContent } from './content.ts';
import { Guards } from './guards.ts';
import { openRecords } from './records.ts';
import { openSecrets } from './secrets.ts';

export interface Opened<T> {
  readonly opened: T;
  close(): Promise<void>;
}

export type Engines = Awaited<ReturnType<typeof openEngines>>;

/** With keys of its own where there are none. `how`: how its records are made ready. */
export async function openEngines(
  config: Config,
  opening: AsyncDisposableStack,
  how: 'prepare' | 'migrate' = 'prepare',
) {
  const [clock, randomness] = [new SystemClock(), new SystemRandomness()];
  const records = await openRecords(config);
  opening.defer(() => records.close());
  await records[how]();
  const aws = awsOf(config);
  const keys = await openSecrets(config, { clock, randomness, aws, guards: new Guards(config) });
  const { addressKeys, secrets, secretBox } = keys;
  const publicUrl = () => config.server.publicUrl;
  const ports = { engine: records.engine, clock, randomness, addressKeys, publicUrl, aws };
  const { content, close } = await openContent(config, ports);
  opening.defer(() => close?.());
  return { records, content, secrets, secretBox };
}

/** Everything is open: from now on it is closed by whoever has it. */
export function asOpened<T>(opened: T, opening: AsyncDisposableStack): Opened<T> {
  const all = opening.move();
  return { opened, close: () => all.disposeAsync() };
}
