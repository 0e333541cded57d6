// What emulators of DynamoDB do not do by themselves: answers that are lost, commits that are cut short, an index that
// is behind, and a feed of which a part is not to be seen yet.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { type Client, DynamoDatabase } from '../src/adapters/dynamodb/database.ts';
import { dynamoEngine } from '../src/adapters/dynamodb/dynamodb-engine.ts';
import { packageSearchFollowUps } from '../src/adapters/dynamodb/package-search-index.ts';
import type { RecordsEngine } from '../src/core/engine.ts';
import { openTestDynamoDb, whyNoDynamoDb } from './support/dynamodb-server.ts';
import { someAuditEntry, someEvent, someJob, somePackage } from './support/samples.ts';

/** What is done about a request: nothing, refusing it, or losing its answer. */
type Trouble = 'refused' | 'answer-lost' | null;

describe('DynamoDB with interruptions', { skip: whyNoDynamoDb() ?? false }, () => {
  let registry: Awaited<ReturnType<typeof openTestDynamoDb>>;
  let documents: DynamoDBDocumentClient;
  before(async () => {
    registry = await openTestDynamoDb();
    documents = DynamoDBDocumentClient.from(new DynamoDBClient(registry.aws));
  });
  after(async () => {
    documents.destroy();
    await registry.close();
  });

  /** A process of its own on the same tables, whose requests get into the trouble that `trouble` tells. */
  function openWith(trouble: (command: string) => Trouble): {
    database: DynamoDatabase;
    engine: RecordsEngine;
  } {
    const send = async (command: Parameters<DynamoDBDocumentClient['send']>[0]) => {
      const happens = trouble(command.constructor.name.replace(/Command$/, ''));
      const lost = Object.assign(new Error('the connection is gone'), { name: 'TimeoutError' });
      if (happens === 'refused') throw lost;
      const answer = await documents.send(command);
      if (happens === 'answer-lost') throw lost;
      return answer;
    };
    const patience = { firstMs: 1, longestMs: 20, budgetMs: 5_000 };
    const database = new DynamoDatabase({ send } as unknown as Client, registry.tablePrefix, patience);
    return { database, engine: dynamoEngine(database) };
  }

  const found = async (words: string) =>
    (await registry.engine.search.search({ words }, { limit: 20 })).items.map((hit) => hit.package.id);

  test('a commit cut short before its words are listed is findable once they are, whoever lists them', async () => {
    const cut = openWith((command) => (command === 'BatchWrite' ? 'refused' : null));
    const pkg = somePackage({ name: 'interrupted' });
    const document = { name: pkg.name, title: '', description: '', readme: 'handbook' };
    await assert.rejects(
      cut.engine.commit([
        { change: 'package.insert', package: pkg },
        { change: 'package.index', packageId: pkg.id, document },
      ]),
      { failure: 'transient' },
    );
    assert.deepEqual(await registry.engine.packages.find(pkg.id), pkg, 'the commit was made');
    const { database } = openWith(() => null);
    await packageSearchFollowUps(database)['list-words']?.({ packageId: pkg.id });
    assert.deepEqual(await found('interrupted handbook'), [pkg.id]);
  });

  test('words listed and taken out by several at once, late and repeatedly, end as the last commit has it', async () => {
    const pkg = somePackage({ name: 'often-changed' });
    const cut = openWith((command) => (command === 'BatchWrite' ? 'refused' : null));
    await registry.engine.commit([{ change: 'package.insert', package: pkg }]);
    for (const readme of ['alpha beta', 'gamma', 'alpha beta', 'gamma', 'alpha beta']) {
      const document = { name: pkg.name, title: '', description: '', readme };
      await cut.engine.commit([{ change: 'package.index', packageId: pkg.id, document }]).catch(() => {});
    }
    const { database } = openWith(() => null);
    const listWords = packageSearchFollowUps(database)['list-words'];
    await Promise.all(Array.from({ length: 6 }, () => listWords?.({ packageId: pkg.id })));
    assert.deepEqual(await found('often alpha'), [pkg.id]);
    assert.deepEqual(await found('often gamma'), []);
  });

  test('an event whose commit was cut short comes into the feed with the next one', async () => {
    const [first, second] = [someEvent({ userId: 'cut' }), someEvent({ userId: 'cut' })];
    let transactions = 0;
    const cut = openWith((command) => {
      if (command !== 'TransactWrite') return null;
      transactions++;
      return transactions === 1 ? null : 'refused';
    });
    await assert.rejects(cut.engine.commit([{ change: 'event.append', event: first }]), {
      failure: 'transient',
    });
    assert.deepEqual(await registry.engine.events.listAfter('cut', null, 10), []);
    await registry.engine.commit([{ change: 'event.append', event: second }]);
    const feed = await registry.engine.events.listAfter('cut', null, 10);
    assert.deepEqual(feed.map(({ id }) => id).sort(), [first.id, second.id].sort());
  });

  test('a follower of many writers sees every event once, in one order', async () => {
    const writers = Array.from({ length: 4 }, () => openWith(() => null).engine);
    const seen: string[] = [];
    let writing = true;
    const follow = async () => {
      for (;;) {
        const last = !writing;
        const events = await registry.engine.events.listAfter('many', seen.at(-1) ?? null, 5);
        seen.push(...events.map(({ id }) => id));
        if (last && events.length === 0) return;
      }
    };
    const following = follow();
    await Promise.all(
      writers.map(async (writer) => {
        for (let i = 0; i < 8; i++) {
          await writer.commit([{ change: 'event.append', event: someEvent({ userId: 'many' }) }]);
        }
      }),
    );
    writing = false;
    await following;
    assert.equal(seen.length, 32);
    assert.equal(new Set(seen).size, 32);
    const all = await registry.engine.events.listAfter('many', null, 50);
    assert.deepEqual(
      seen,
      all.map(({ id }) => id),
    );
  });

  test('a follower stops where an event is not to be seen yet, and goes on when it is', async () => {
    const events = [1, 2, 3].map(() => someEvent({ userId: 'gap' }));
    for (const event of events) await registry.engine.commit([{ change: 'event.append', event }]);
    let hidden = true;
    const partial = {
      send: async (command: Parameters<DynamoDBDocumentClient['send']>[0]) => {
        const answer = (await documents.send(command as never)) as { Items?: { id?: string }[] };
        const Items = answer.Items?.filter(({ id }) => !hidden || id !== events[1]?.id);
        return Items === undefined ? answer : { ...answer, Items };
      },
    };
    const { events: store } = dynamoEngine(
      new DynamoDatabase(partial as unknown as Client, registry.tablePrefix),
    );
    assert.deepEqual(await store.listAfter('gap', null, 10), events.slice(0, 1));
    hidden = false;
    assert.deepEqual(await store.listAfter('gap', events[0]?.id ?? null, 10), events.slice(1));
  });

  test('entries whose answer was lost are appended and counted once, also together with others', async () => {
    const day = new Date('2026-05-05T10:00:00Z');
    const entries = Array.from({ length: 30 }, () =>
      someAuditEntry({ at: day, subject: { packageId: 'lost' } }),
    );
    let lossy = true;
    const { engine } = openWith((command) => (lossy && command === 'TransactWrite' ? 'answer-lost' : null));
    await assert.rejects(engine.audit.append(entries.slice(0, 20)), { failure: 'transient' });
    lossy = false;
    await engine.audit.append(entries);
    const listed = await registry.engine.audit.list({ packageId: 'lost' }, { limit: 100 });
    assert.deepEqual(listed.items, entries.toReversed());
    const counts = await registry.engine.audit.countByDay({
      packageId: 'lost',
      from: new Date('2026-05-05'),
      until: new Date('2026-05-06'),
    });
    assert.deepEqual(
      counts.map(({ count }) => count),
      [30],
    );
  });

  test('downloads that are noted together cost less than one write unit each', async () => {
    // DynamoDB Local states less for transactions than DynamoDB charges: two units for each KiB of each item.
    let units = 0;
    const counting = {
      send: async (command: Parameters<DynamoDBDocumentClient['send']>[0]) => {
        const { TransactItems = [] } = command.input as {
          TransactItems?: { Put?: { Item: { entries?: Buffer } } }[];
        };
        for (const { Put } of TransactItems) {
          units += 2 * Math.ceil(((Put?.Item.entries?.length ?? 0) + 200) / 1_024);
        }
        return documents.send(command as never);
      },
    };
    const { audit } = dynamoEngine(new DynamoDatabase(counting as unknown as Client, registry.tablePrefix));
    const at = new Date('2026-06-06T10:00:00Z');
    await audit.append(Array.from({ length: 100 }, () => someAuditEntry({ at })));
    assert.ok(units > 0 && units < 100, `${units} write units`);
  });

  test('a job that the index still tells of, though somebody has it, is not leased twice', async () => {
    const now = new Date('2026-07-07T10:00:00Z');
    const jobs = [1, 2].map(() => someJob({ kind: 'clean-upload', runAt: now }));
    for (const job of jobs) await registry.engine.commit([{ change: 'job.queue', job }]);
    let remembered: object | undefined;
    const behind = {
      send: async (command: Parameters<DynamoDBDocumentClient['send']>[0]) => {
        const { input } = command as { input: { ExpressionAttributeValues?: Record<string, unknown> } };
        const shard = input.ExpressionAttributeValues?.[':partition'];
        const answer = (await documents.send(command as never)) as { Items?: object[] };
        if (typeof shard !== 'string' || !shard.startsWith('due#clean-upload')) return answer;
        remembered ??= answer.Items?.[0];
        return { ...answer, Items: [...(answer.Items ?? []), ...(remembered ? [remembered] : [])] };
      },
    };
    const patience = { firstMs: 1, longestMs: 5, budgetMs: 50 };
    const { jobs: queue } = dynamoEngine(
      new DynamoDatabase(behind as unknown as Client, registry.tablePrefix, patience),
    );
    const lease = () => queue.lease(['clean-upload'], now, 10_000);
    const leased = [await lease(), await lease(), await lease()];
    assert.deepEqual(leased.map((job) => job?.id).sort(), [...jobs.map(({ id }) => id), undefined].sort());
  });
});
