// Makes the tables that are missing, and looks whether those there are what this release works with.
import {
  type AttributeDefinition,
  CreateTableCommand,
  type CreateTableCommandInput,
  DeleteTableCommand,
  DescribeTableCommand,
  DescribeTimeToLiveCommand,
  type DynamoDBClient,
  type GlobalSecondaryIndex,
  type KeySchemaElement,
  type TableDescription,
  UpdateTimeToLiveCommand,
  waitUntilTableExists,
} from '@aws-sdk/client-dynamodb';
import { StorageError } from '../../core/errors.ts';
import { storageErrorOf } from './failures.ts';
import { type TableDefinition, type TableName, tableNames, tables } from './tables.ts';

/** How long a new table may take to become usable. */
const creationLimitS = 300;

export type TableClient = Pick<DynamoDBClient, 'send'>;

/**
 * Makes every table that is missing, with pay per request, and resolves with their names once they can be used.
 * Rejects when one is there that is another than expected.
 */
export async function createTables(
  client: DynamoDBClient,
  prefix: string,
  { timeToLive = true }: { timeToLive?: boolean } = {},
): Promise<string[]> {
  const made = await Promise.all(
    tableNames.map(async (table) => {
      const name = prefix + table;
      const existing = await describe(client, name);
      if (existing === null) await create(client, name, tables[table]);
      else requireFitting(name, tables[table], existing);
      if (!isUsable(existing)) await untilUsable(client, name);
      if (timeToLive) await expire(client, name, tables[table]);
      return existing === null ? name : null;
    }),
  );
  return made.filter((name) => name !== null);
}

/** Rejects (permanent) when a table is missing or another than expected. */
export async function verifyTables(client: TableClient, prefix: string): Promise<void> {
  await Promise.all(
    tableNames.map(async (table) => {
      const name = prefix + table;
      const existing = await describe(client, name);
      if (existing === null)
        throw new StorageError(
          'permanent',
          `There is no table ${name}: make it beforehand, or let migrating make it.`,
        );
      requireFitting(name, tables[table], existing);
    }),
  );
}

/** Deletes every table with all that is in it; for tests. */
export async function deleteTables(client: TableClient, prefix: string): Promise<void> {
  await Promise.all(
    tableNames.map((table) => client.send(new DeleteTableCommand({ TableName: prefix + table }))),
  );
}

/** The one that is asked whether there are any. */
const first: TableName = 'users';

/** Resolves when a table answers. */
export async function probeTables(client: TableClient, prefix: string): Promise<void> {
  if (await hasTables(client, prefix)) return;
  throw new StorageError('permanent', `There is no table ${prefix + first}.`);
}

/** Whether the tables were made, and can be used. */
export async function hasTables(client: TableClient, prefix: string): Promise<boolean> {
  return isUsable(await describe(client, prefix + first));
}

/** Not while another process is making it. */
function isUsable(table: TableDescription | null): boolean {
  return table !== null && table.TableStatus !== 'CREATING';
}

async function describe(client: TableClient, name: string): Promise<TableDescription | null> {
  try {
    const { Table } = await client.send(new DescribeTableCommand({ TableName: name }));
    return Table ?? null;
  } catch (error) {
    if (error instanceof Error && error.name === 'ResourceNotFoundException') return null;
    throw storageErrorOf(error);
  }
}

async function create(client: DynamoDBClient, name: string, definition: TableDefinition): Promise<void> {
  try {
    await client.send(new CreateTableCommand(creationOf(name, definition)));
  } catch (error) {
    // Another process was faster: it makes the same one.
    if (!(error instanceof Error && error.name === 'ResourceInUseException')) throw storageErrorOf(error);
  }
}

async function untilUsable(client: DynamoDBClient, name: string): Promise<void> {
  const waiter = { client, maxWaitTime: creationLimitS, minDelay: 1, maxDelay: 5 };
  await waitUntilTableExists(waiter, { TableName: name }).catch((error: unknown) => {
    throw storageErrorOf(error);
  });
}

/** Has items expire, also in a table that whoever made it did not get to do that for. */
async function expire(client: TableClient, name: string, { timeToLive }: TableDefinition): Promise<void> {
  if (timeToLive === undefined) return;
  try {
    if (await expires(client, name)) return;
    await client.send(
      new UpdateTimeToLiveCommand({
        TableName: name,
        TimeToLiveSpecification: { AttributeName: timeToLive, Enabled: true },
      }),
    );
  } catch (error) {
    // Refused also when another process was faster.
    if (!(await expires(client, name).catch(() => false))) throw storageErrorOf(error);
  }
}

async function expires(client: TableClient, name: string): Promise<boolean> {
  const { TimeToLiveDescription } = await client.send(new DescribeTimeToLiveCommand({ TableName: name }));
  return TimeToLiveDescription?.TimeToLiveStatus?.startsWith('ENABL') === true;
}

export function creationOf(name: string, { indexes }: TableDefinition): CreateTableCommandInput {
  const attributes = new Set(['pk', 'sk']);
  for (const { partitionKey, sortKey } of Object.values(indexes)) attributes.add(partitionKey).add(sortKey);
  const GlobalSecondaryIndexes = Object.entries(indexes).map(
    ([IndexName, { partitionKey, sortKey, projection }]): GlobalSecondaryIndex => ({
      IndexName,
      KeySchema: keysOf(partitionKey, sortKey),
      Projection: { ProjectionType: projection === 'KEYS_ONLY' ? 'KEYS_ONLY' : 'ALL' },
    }),
  );
  return {
    TableName: name,
    BillingMode: 'PAY_PER_REQUEST',
    KeySchema: keysOf('pk', 'sk'),
    AttributeDefinitions: [...attributes].map(
      (AttributeName): AttributeDefinition => ({ AttributeName, AttributeType: 'S' }),
    ),
    ...(GlobalSecondaryIndexes.length > 0 && { GlobalSecondaryIndexes }),
  };
}

function keysOf(partitionKey: string, sortKey: string): KeySchemaElement[] {
  return [
    { AttributeName: partitionKey, KeyType: 'HASH' },
    { AttributeName: sortKey, KeyType: 'RANGE' },
  ];
}

/** More indexes than expected are left alone: a newer release may be about to use them. */
function requireFitting(name: string, definition: TableDefinition, existing: TableDescription): void {
  const wanted = creationOf(name, definition);
  const problems: string[] = [];
  if (!sameKeys(wanted.KeySchema, existing.KeySchema)) problems.push('its keys are not pk and sk');
  for (const index of wanted.GlobalSecondaryIndexes ?? []) {
    const there = existing.GlobalSecondaryIndexes?.find(({ IndexName }) => IndexName === index.IndexName);
    const fits =
      sameKeys(index.KeySchema, there?.KeySchema) &&
      index.Projection?.ProjectionType === there?.Projection?.ProjectionType;
    if (!fits) problems.push(`its index ${index.IndexName} is missing or another`);
  }
  if (problems.length === 0) return;
  throw new StorageError('permanent', `The table ${name} does not fit this release: ${problems.join(', ')}.`);
}

function sameKeys(one: KeySchemaElement[] | undefined, other: KeySchemaElement[] | undefined): boolean {
  const inWords = (keys: KeySchemaElement[] | undefined) =>
    (keys ?? []).map(({ AttributeName, KeyType }) => `${KeyType} ${AttributeName}`).join(', ');
  return inWords(one) === inWords(other);
}
