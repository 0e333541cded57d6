// Releases after this one, as far as their engines are concerned: the same program with a schema that goes further.
import { cp, mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DynamoDBClient, UpdateTableCommand, waitUntilTableExists } from '@aws-sdk/client-dynamodb';
import { root, temporaryFolder } from './server-process.ts';

/** What migrations may do while the previous release runs (CONTRIBUTING.md, "Add a migration"). */
const expanding = `ALTER TABLE packages ADD COLUMN colour TEXT;
ALTER TABLE versions ADD COLUMN weight INTEGER NOT NULL DEFAULT 0;
CREATE TABLE colours (id TEXT NOT NULL PRIMARY KEY);
CREATE INDEX packages_by_colour ON packages (colour);
`;

/** What they may not, before the release that used it is gone. */
const contracting = 'DROP TABLE colours;\n';

const index = { partitionKey: 'colour', sortKey: 'sk', projection: 'ALL' };

export const nextMigration = '9998-colours';
export const contractingMigration = '9999-no-colours';

/** A release that this one can run beside, and be gone back to from. Resolves with the path of its program. */
export async function makeNextRelease(): Promise<string> {
  const server = await copyOfThisRelease();
  await addStep(server, nextMigration, expanding);
  const definitions = join(server, 'src/adapters/dynamodb/tables.json');
  const tables = JSON.parse(await readFile(definitions, 'utf8'));
  tables.packages.indexes.colour = index;
  await writeFile(definitions, JSON.stringify(tables));
  return join(server, 'src/main.ts');
}

/** The release after the next, which says that nothing older than that works with it. */
export async function makeContractingRelease(): Promise<string> {
  const server = await copyOfThisRelease();
  await addStep(server, nextMigration, expanding);
  await addStep(server, contractingMigration, contracting);
  return join(server, 'src/main.ts');
}

/** Resolves with its folder `server`. */
async function copyOfThisRelease(): Promise<string> {
  const folder = await temporaryFolder();
  const server = join(folder, 'server');
  await mkdir(server);
  for (const part of ['src', 'migrations', 'rules', 'policies', 'package.json']) {
    await cp(join(root, 'server', part), join(server, part), { recursive: true }).catch((error) => {
      if (error.code !== 'ENOENT') throw error;
    });
  }
  await symlink(join(root, 'node_modules'), join(folder, 'node_modules'));
  return server;
}

/** A step that works with the release whose last one is the last one until now. */
async function addStep(server: string, name: string, script: string): Promise<void> {
  for (const engine of ['sqlite', 'postgres']) {
    const folder = join(server, 'migrations', engine);
    const declared = `-- works with releases from: ${numberOf((await readdir(folder)).sort().at(-1))}\n`;
    await writeFile(join(folder, `${name}.sql`), declared + script);
  }
  const list = join(server, 'src/adapters/dynamodb/schema-steps.json');
  const steps: { name: string }[] = JSON.parse(await readFile(list, 'utf8'));
  await writeFile(list, JSON.stringify([...steps, { name, worksFrom: numberOf(steps.at(-1)?.name) }]));
}

function numberOf(name = ''): string {
  return name.slice(0, 4);
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
