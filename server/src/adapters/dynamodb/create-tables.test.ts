import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { after, describe, test } from 'node:test';
import {
  CreateTableCommand,
  DeleteTableCommand,
  DescribeTableCommand,
  DescribeTimeToLiveCommand,
  DynamoDBClient,
} from '@aws-sdk/client-dynamodb';
import { testClientSettings, testDynamoDb, whyNoDynamoDb } from '../../../test/support/dynamodb-server.ts';
import {
  createTables,
  creationOf,
  deleteTables,
  hasTables,
  probeTables,
  verifyTables,
} from './create-tables.ts';
import { tableNames, tables } from './tables.ts';

test('every key of a table or index is an attribute of its own, and every table says what it holds', () => {
  for (const name of tableNames) {
    const { holds, indexes } = tables[name];
    assert.notEqual(holds, '');
    const { AttributeDefinitions = [] } = creationOf(name, tables[name]);
    const keys = Object.values(indexes).flatMap(({ partitionKey, sortKey }) => [partitionKey, sortKey]);
    assert.deepEqual(
      new Set(AttributeDefinitions.map(({ AttributeName }) => AttributeName)),
      new Set(['pk', 'sk', ...keys]),
    );
  }
});

describe('tables', { skip: whyNoDynamoDb() ?? false }, async () => {
  const client =
    whyNoDynamoDb() === null ? new DynamoDBClient(testClientSettings(await testDynamoDb())) : null;
  after(() => client?.destroy());

  async function withPrefix(use: (client: DynamoDBClient, prefix: string) => Promise<void>): Promise<void> {
    assert.ok(client);
    const prefix = `tables-${randomBytes(6).toString('hex')}-`;
    await use(client, prefix);
    await deleteTables(client, prefix);
  }

  test('all are made at once, the missing ones later, and then none any more', () =>
    withPrefix(async (aws, prefix) => {
      const all = tableNames.map((name) => prefix + name);
      assert.deepEqual((await createTables(aws, prefix)).sort(), all.toSorted());
      await aws.send(new DeleteTableCommand({ TableName: `${prefix}items` }));
      await assert.rejects(verifyTables(aws, prefix), { failure: 'permanent', message: /no table .*items/ });
      assert.deepEqual(await createTables(aws, prefix), [`${prefix}items`]);
      assert.deepEqual(await createTables(aws, prefix), []);
      await verifyTables(aws, prefix);
      await probeTables(aws, prefix);
    }));

  test('several processes may make them at the same time', () =>
    withPrefix(async (aws, prefix) => {
      await Promise.all([createTables(aws, prefix), createTables(aws, prefix), createTables(aws, prefix)]);
      await verifyTables(aws, prefix);
    }));

  test('tables that another process is still making are no tables yet, and are waited for', (t) =>
    withPrefix(async (aws, prefix) => {
      await createTables(aws, prefix);
      // The emulator makes a table at once: the first answer about each is as it would be while it is made.
      const asked = new Map<string, number>();
      const send = aws.send.bind(aws) as (command: object) => Promise<object>;
      t.mock.method(aws, 'send', async (command: object) => {
        const answer = await send(command);
        if (!(command instanceof DescribeTableCommand) || !('Table' in answer)) return answer;
        const name = command.input.TableName ?? '';
        asked.set(name, (asked.get(name) ?? 0) + 1);
        return asked.get(name) === 1
          ? { ...answer, Table: { ...Object(answer.Table), TableStatus: 'CREATING' } }
          : answer;
      });
      assert.equal(await hasTables(aws, prefix), false);
      assert.equal(await hasTables(aws, prefix), true);
      asked.clear();
      assert.deepEqual(await createTables(aws, prefix), []);
      for (const name of tableNames) assert.equal(asked.get(prefix + name), 2, name);
    }));

  test('a table that is another than expected is refused, and left as it is', () =>
    withPrefix(async (aws, prefix) => {
      await createTables(aws, prefix);
      const TableName = `${prefix}uploads`;
      await aws.send(new DeleteTableCommand({ TableName }));
      const { user, ...indexes } = tables.uploads.indexes;
      assert.ok(user);
      await aws.send(new CreateTableCommand(creationOf(TableName, { ...tables.uploads, indexes })));
      const refused = { failure: 'permanent', message: /uploads does not fit .* index user is missing/ };
      await assert.rejects(verifyTables(aws, prefix), refused);
      await assert.rejects(createTables(aws, prefix), refused);
    }));

  test('what may expire does', () =>
    withPrefix(async (aws, prefix) => {
      await createTables(aws, prefix);
      for (const name of tableNames) {
        const { TimeToLiveDescription } = await aws.send(
          new DescribeTimeToLiveCommand({ TableName: prefix + name }),
        );
        assert.equal(TimeToLiveDescription?.AttributeName, tables[name].timeToLive);
      }
      assert.notEqual(tables.tokens.timeToLive, undefined);
    }));
});
