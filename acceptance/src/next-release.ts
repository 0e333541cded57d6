// The release after this one, as far as its engines are concerned: the same program with a schema that goes further.
import { cp, mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DynamoDBClient, UpdateTableCommand, waitUntilTableExists } from '@aws-sdk/client-dynamodb';
import { root, temporaryFolder } from './server-process.ts';

/** What migrations may do while the previous release runs (CONTRIBUTING.md, "Add a migration"). */
const migration = `ALTER TABLE packages ADD COLUMN colour TEXT;
ALTER TABLE versions ADD COLUMN weight BIGINT NOT NULL DEFAULT 0;
CREATE TABLE colours (id TEXT PRIMARY KEY);
CREATE INDEX packages_by_colour ON packages (colour);
`;

const index = { partitionKey: 'colour', sortKey: 'sk', projection: 'ALL' };

export const nextMigration = '9999-colours';

/** Resolves with the path of its program. */
export async function makeNextRelease(): Promise<string> {
  const folder = await temporaryFolder();
  const server = join(folder, 'server');
  await mkdir(server);
  for (const part of ['src', 'migrations', 'rules', 'policies', 'package.json']) {
    await cp(join(root, 'server', part), join(server, part), { recursive: true }).catch((error) => {
      if (error.code !== 'ENOENT') throw error;
    });
  }
  await symlink(join(root, 'node_modules'), join(folder, 'node_modules'));
  for (const dialect of ['sqlite', 'postgres']) {
    await writeFile(join(server, 'migrations', dialect, `${nextMigration}.sql`), migration);
  }
  const definitions = join(server, 'src/adapters/dynamodb/tables.json');
  const tables = JSON.parse(await readFile(definitions, 'utf8'));
  tables.packages.indexes.colour = index;
  await writeFile(definitions, JSON.stringify(tables));
  return join(server, 'src/main.ts');
}

/** What whoever rolls it out does to the tables before. */
export async function addIndexOfNextRelease(endpoint: string, tablePrefix: string): Promise<void> {
  const credentials = { accessKeyId: process.env.S3_CEPH_ACCESS_KEY ?? 'any', secretAccessKey: 'any' };
  const client = new DynamoDBClient({ endpoint, region: 'us-east-1', credentials });
  const TableName = `${tablePrefix}packages`;
  await client.send(
    new UpdateTableCommand({
      TableName,
      AttributeDefinitions: [
        { AttributeName: index.partitionKey, AttributeType: 'S' },
        { AttributeName: index.sortKey, AttributeType: 'S' },
      ],
      GlobalSecondaryIndexUpdates: [
        {
          Create: {
            IndexName: 'colour',
            KeySchema: [
              { AttributeName: index.partitionKey, KeyType: 'HASH' },
              { AttributeName: index.sortKey, KeyType: 'RANGE' },
            ],
            Projection: { ProjectionType: 'ALL' },
          },
        },
      ],
    }),
  );
  await waitUntilTableExists({ client, maxWaitTime: 60, minDelay: 1 }, { TableName });
  client.destroy();
}
