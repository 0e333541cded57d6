// What the commands of an operator work with; a server may run on the same engines meanwhile.
import { SystemClock } from '../adapters/system/clock.ts';
import { SystemRandomness } from '../adapters/system/randomness.ts';
import type { Config } from '../config/index.ts';
import type { SchemaStep } from '../core/schema.ts';
import { accessPorts } from './access.ts';
import { awsOf } from './aws.ts';
import { Guards } from './guards.ts';
import { openRecords } from './records.ts';
import { openSecrets } from './secrets.ts';
import { servable } from './servable.ts';

export async function wireCommands(config: Config) {
  await using opening = new AsyncDisposableStack();
  const records = await openRecords(config);
  opening.defer(() => records.close());
  await records.prepare();
  const { requests: engine } = await servable({ requests: records.engine, worker: records.engine });
  const [clock, randomness] = [new SystemClock(), new SystemRandomness()];
  const guards = new Guards(config);
  const { signingKeys, registryKeys } = await openSecrets(config, {
    clock,
    randomness,
    aws: awsOf(config),
    guards,
  });
  const access = await accessPorts(config, { tokens: engine.tokens, signingKeys, clock, randomness });
  const opened = opening.move();
  return {
    ports: { ...engine, ...access, registryKeys, clock, randomness },
    close: () => opened.disposeAsync(),
  };
}

export type CommandPorts = Awaited<ReturnType<typeof wireCommands>>['ports'];

/** Resolves with what was done, and with what has made the schema, now and before. */
export async function migrateOnly(
  config: Config,
): Promise<{ readonly done: readonly string[]; readonly schema: readonly SchemaStep[] }> {
  const records = await openRecords(config);
  try {
    return { done: await records.migrate(), schema: await records.schema() };
  } finally {
    await records.close();
  }
}
