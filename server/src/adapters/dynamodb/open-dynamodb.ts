import { DynamoDBClient, type DynamoDBClientConfig } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { createTables, probeTables, verifyTables } from './create-tables.ts';
import { DynamoDatabase } from './database.ts';
import { dynamoEngine } from './dynamodb-engine.ts';
import type { RequestUnits } from './meter.ts';

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
  /** Resolves with the names of the tables that it made. Rejects when one is missing or does not fit this release. */
  migrate(): Promise<string[]>;
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
    async migrate() {
      if (createsTables) return createTables(client, tablePrefix);
      await verifyTables(client, tablePrefix);
      return [];
    },
    probe: () => probeTables(client, tablePrefix),
    units: () => database.meter.units,
    close: async () => client.destroy(),
  };
}
