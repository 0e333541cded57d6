// The configuration of the whole program. Read once, in main.ts.
import { type AccessConfig, accessFields } from './access.ts';
import { type ChecksConfig, checkFields } from './checks.ts';
import { type EventsConfig, eventFields } from './events.ts';
import { type Environment, type Fields, readFields } from './fields.ts';
import { type ObservabilityConfig, observabilityFields } from './observability.ts';
import { type ServerConfig, serverFields } from './server.ts';
import { type StorageConfig, storageFields } from './storage.ts';
import { type UploadsConfig, uploadFields } from './uploads.ts';
import { type WorkerConfig, workerFields } from './worker.ts';

export type { WorkerConfig };

export interface Config {
  readonly access: AccessConfig;
  readonly checks: ChecksConfig;
  readonly events: EventsConfig;
  readonly observability: ObservabilityConfig;
  readonly server: ServerConfig;
  readonly storage: StorageConfig;
  readonly worker: WorkerConfig;
  readonly uploads: UploadsConfig;
}

/** Every field by concern; documentation and `assay config` are drawn from this. */
export const concerns: Readonly<Record<keyof Config, Fields>> = {
  access: accessFields,
  checks: checkFields,
  events: eventFields,
  observability: observabilityFields,
  server: serverFields,
  storage: storageFields,
  worker: workerFields,
  uploads: uploadFields,
};

export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(`The configuration has problems:\n${problems.map((problem) => `  ${problem}`).join('\n')}`);
    this.problems = problems;
  }
}

/** Throws a `ConfigError` that tells all problems at once, misspelt variables among them. */
export function readConfig(environment: Environment): Config {
  const problems: string[] = [];
  const config: Config = {
    access: readFields(accessFields, environment, problems),
    checks: readFields(checkFields, environment, problems),
    events: readFields(eventFields, environment, problems),
    observability: readFields(observabilityFields, environment, problems),
    server: readFields(serverFields, environment, problems),
    storage: readFields(storageFields, environment, problems),
    worker: readFields(workerFields, environment, problems),
    uploads: readFields(uploadFields, environment, problems),
  };
  const known = new Set(
    Object.values(concerns).flatMap((fields) => Object.values(fields).map((f) => f.variable)),
  );
  for (const variable of Object.keys(environment)) {
    if (variable.startsWith('ASSAY_') && !known.has(variable)) problems.push(`${variable} is not known.`);
  }
  if (problems.length > 0) throw new ConfigError(problems);
  return config;
}

/** The configuration in force as `VARIABLE=value` lines, secrets hidden. */
export function printConfig(config: Config): string[] {
  return Object.entries(concerns).flatMap(([concern, fields]) => {
    const values = config[concern as keyof Config] as Readonly<Record<string, unknown>>;
    return Object.entries(fields).map(
      ([name, field]) => `${field.variable}=${field.secret ? '[secret]' : String(values[name])}`,
    );
  });
}
