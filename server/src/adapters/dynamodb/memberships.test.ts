// A group or user may be deleted by a process that ends before the memberships have: somebody else ends them then.
import assert from 'node:assert/strict';
import { describe, mock, test } from 'node:test';
import { openTestDynamoDb, whyNoDynamoDb } from '../../../test/support/dynamodb-server.ts';
import { awsError } from '../../../test/support/fake-dynamodb.ts';
import { someGroup, someUser } from '../../../test/support/samples.ts';
import { type Client, DynamoDatabase } from './database.ts';
import { dynamoEngine } from './dynamodb-engine.ts';

const minuteMs = 60_000;

describe('memberships', { skip: whyNoDynamoDb() ?? false }, () => {
  test('a deletion that was cut short is finished by others', async (t) => {
    const opened = await openTestDynamoDb();
    t.after(opened.close);
    const { engine } = opened;
    const group = someGroup({ name: 'vision' });
    const users = Array.from({ length: 12 }, (_, i) => someUser({ name: `member-${'abcdefghijkm'[i]}` }));
    await engine.commit([{ change: 'group.insert', group }]);
    for (const user of users) {
      await engine.commit([
        { change: 'user.insert', user, passwordHash: 'hash' },
        { change: 'group.add-member', groupId: group.id, userId: user.id },
      ]);
    }

    const dying = dynamoEngine(new DynamoDatabase(dyingAfter(opened.client, 5), opened.tablePrefix));
    await assert.rejects(dying.commit([{ change: 'group.delete', groupId: group.id }]), {
      failure: 'transient',
    });
    assert.equal(await engine.groups.find(group.id), null);
    assert.notDeepEqual(await groupsOf(engine, users), []);

    mock.timers.enable({ apis: ['Date'], now: Date.now() + 2 * minuteMs });
    t.after(() => mock.timers.reset());
    // Any commit that has something to follow looks for what others have left.
    const other = someGroup({ name: 'speech' });
    const later = dynamoEngine(new DynamoDatabase(opened.client, opened.tablePrefix));
    await later.commit([{ change: 'group.insert', group: other }]);
    await later.commit([{ change: 'group.delete', groupId: other.id }]);
    assert.deepEqual(await groupsOf(engine, users), []);
    assert.deepEqual((await engine.groups.listMembers(group.id, { limit: 20 })).items, []);
  });
});

async function groupsOf({ groups }: ReturnType<typeof dynamoEngine>, users: readonly { id: string }[]) {
  return (await Promise.all(users.map(({ id }) => groups.groupsOf(id)))).flat();
}

/** Answers so many updates; from then on as if the process had ended. */
function dyingAfter(client: Client, updates: number): Client {
  let left = updates;
  const send = async (command: Parameters<Client['send']>[0]) => {
    if (command.constructor.name === 'UpdateCommand') left -= 1;
    if (left < 0) throw awsError('TimeoutError');
    return client.send(command);
  };
  return { send } as unknown as Client;
}
