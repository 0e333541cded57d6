import { DynamoDBClient, type DynamoDBClientConfig } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import type { SchemaStep } from '../../core/schema.ts';
import { createTables, hasTables, probeTables, verifyTables } from './create-tables.ts';
import { DynamoDatabase } from './database.ts';
import { dynamoEngine } from './dynamodb-engine.ts';
import type { RequestUnits } from './meter.ts';
import { recordSteps, requireWorkableSteps, schemaSteps, takenSteps } from './schema-steps.ts';

export interface DynamoDbSettings {
  /** For the client's constructor: region, credentials, time-outs, retries. */
  readonly aws: DynamoDBClientConfig;
  /** Before the name of every table. */
  readonly tablePrefix: string;
  /** Makes tables that are missing when migrating; otherwise it only looks whether all are there. */
  readonly createsTables: boolean;
}

export interface OpenDynamoDb {
  readonly engine: ReturnType<typeof dynamoEngine>;
  /**
   * Resolves with the names of the tables that it made, and of the steps that it took. Rejects when a table is missing or
   * does not fit this release, or when a newer release has taken a step after which this one does not work; then it has
   * done nothing. `steps`: those of another release.
   */
  migrate(steps?: readonly SchemaStep[]): Promise<string[]>;
  /** The steps that were taken. */
  schema(): Promise<readonly SchemaStep[]>;
  /** Resolves when DynamoDB answers. */
  probe(): Promise<void>;
  /** What DynamoDB has charged for since it was opened. */
  units(): RequestUnits;
  close(): Promise<void>;
}

/** Opens the tables; asks nothing of them yet. */
export function openDynamoDb({ aws, tablePrefix, createsTables }: DynamoDbSettings): OpenDynamoDb {
  const client = new DynamoDBClient(aws);
  const documents = DynamoDBDocumentClient.from(client, { marshallOptions: { removeUndefinedValues: true } });
  const database = new DynamoDatabase(documents, tablePrefix);
  return {
    engine: dynamoEngine(database),
    async migrate(steps = schemaSteps) {
      if (await hasTables(client, tablePrefix)) await requireWorkableSteps(database, steps);
      const made = createsTables ? await createTables(client, tablePrefix) : [];
      if (!createsTables) await verifyTables(client, tablePrefix);
      const recorded = await recordSteps(database, steps);
      // A newer release may have started meanwhile.
      await requireWorkableSteps(database, steps);
      return [...made, ...recorded];
    },
    schema: () => takenSteps(database),
    probe: () => probeTables(client, tablePrefix),
    units: () => database.meter.units,
    close: async () => client.destroy(),
  };
}
