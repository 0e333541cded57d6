// The configuration of the whole program. Read once, in main.ts. A concern is registered by its line in `concerns`.
import { accessFields } from './access.ts';
import { announceFields } from './announce.ts';
import { auditFields } from './audit.ts';
import { awsFields } from './aws.ts';
import { checkFields } from './checks.ts';
import { combinationProblems } from './combinations.ts';
import { dynamoDbFields } from './dynamodb.ts';
import { encryptionFields } from './encryption.ts';
import { engineFields } from './engines.ts';
import { eventFields } from './events.ts';
import { featureFields } from './features.ts';
import { type Environment, type Fields, readFields, type Values } from './fields.ts';
import { hallmarkFields } from './hallmarks.ts';
import { malwareFields } from './malware.ts';
import { observabilityFields } from './observability.ts';
import { postgresFields } from './postgres.ts';
import { resilienceFields } from './resilience.ts';
import { reviewFields } from './review.ts';
import { s3Fields } from './s3.ts';
import { sandboxFields } from './sandbox.ts';
import { secretFields } from './secrets.ts';
import { serverFields } from './server.ts';
import { sqsFields } from './sqs.ts';
import { storageFields } from './storage.ts';
import { traceFields } from './traces.ts';
import { uploadFields } from './uploads.ts';
import { validatorFields } from './validators.ts';
import { workerFields } from './worker.ts';

export { type FeatureName, featureNames, features } from './features.ts';
export type { WorkerConfig } from './worker.ts';

/** Every field by concern; reading, documentation and `assay config` are drawn from this. */
export const concerns = {
  engines: engineFields,
  access: accessFields,
  audit: auditFields,
  checks: checkFields,
  malware: malwareFields,
  hallmarks: hallmarkFields,
  events: eventFields,
  features: featureFields,
  observability: observabilityFields,
  traces: traceFields,
  review: reviewFields,
  sandbox: sandboxFields,
  server: serverFields,
  storage: storageFields,
  worker: workerFields,
  uploads: uploadFields,
  validators: validatorFields,
  resilience: resilienceFields,
  postgres: postgresFields,
  aws: awsFields,
  dynamodb: dynamoDbFields,
  sqs: sqsFields,
  secrets: secretFields,
  encryption: encryptionFields,
  announce: announceFields,
  s3: s3Fields,
} satisfies Record<string, Fields>;

export type Config = { readonly [Concern in keyof typeof concerns]: Values<(typeof concerns)[Concern]> };

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
  const config = Object.fromEntries(
    Object.entries(concerns).map(([concern, fields]) => [concern, readFields(fields, environment, problems)]),
  ) as Config;
  const known = new Set(
    Object.values<Fields>(concerns).flatMap((fields) => Object.values(fields).map((f) => f.variable)),
  );
  for (const variable of Object.keys(environment)) {
    if (variable.startsWith('ASSAY_') && !known.has(variable)) problems.push(`${variable} is not known.`);
  }
  // What single values break would only be told twice.
  if (problems.length === 0) problems.push(...combinationProblems(config));
  if (problems.length > 0) throw new ConfigError(problems);
  return config;
}

/** The configuration in force as `VARIABLE=value` lines, secrets hidden. */
export function printConfig(config: Config): string[] {
  return Object.entries<Fields>(concerns).flatMap(([concern, fields]) => {
    const values = config[concern as keyof Config] as Readonly<Record<string, unknown>>;
    return Object.entries(fields).map(
      ([name, field]) => `${field.variable}=${field.secret ? '[secret]' : String(values[name])}`,
    );
  });
}
