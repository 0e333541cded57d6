// The records of a backup are of one moment, on every engine, while they are written: what one commit has written is in it
// wholly or not at all.
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { readConfig } from '../../src/config/index.ts';
import type { RecordsEngine } from '../../src/core/engine.ts';
import {
  isStanding,
  type RecordKind,
  type RecordTransfer,
  WriteGuard,
} from '../../src/core/transfer/index.ts';
import { openBackupPorts, openPlace } from '../../src/wiring/recovery.ts';
import { openSide } from '../../src/wiring/transfer.ts';
import { openTestDynamoDb, whyNoDynamoDb } from '../support/dynamodb-server.ts';
import { createDatabase, postgresServer } from '../support/postgres-server.ts';
import { someAuditEntry, someEvent, someItem, someJob } from '../support/samples.ts';

const postgres = await postgresServer();

interface Place {
  readonly variables: Readonly<Record<string, string>>;
  drop(): Promise<void>;
}

const places: Record<string, { readonly skip: string | false; make(): Promise<Place> }> = {
  sqlite: { skip: false, make: async () => ({ variables: {}, drop: async () => {} }) },

  postgres: {
    skip: typeof postgres === 'string' ? postgres : false,
    async make() {
      assert.ok(typeof postgres !== 'string');
      const { settings, drop } = await createDatabase(postgres);
      const variables = {
        ASSAY_RECORDS: 'postgres',
        ASSAY_POSTGRES_HOST: settings.host,
        ASSAY_POSTGRES_PORT: String(settings.port),
        ASSAY_POSTGRES_DATABASE: settings.database,
        ASSAY_POSTGRES_USER: settings.user,
        ASSAY_POSTGRES_PASSWORD: postgres.password,
        ASSAY_POSTGRES_TLS: 'disable',
      };
      return { variables, drop };
    },
  },

  dynamodb: {
    skip: whyNoDynamoDb() ?? false,
    async make() {
      const { aws, tablePrefix, close } = await openTestDynamoDb();
      Object.assign(process.env, { AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'test' });
      const variables = {
        ASSAY_RECORDS: 'dynamodb',
        ASSAY_DYNAMODB_TABLE_PREFIX: tablePrefix,
        ASSAY_AWS_ENDPOINT: String(aws.endpoint),
        ASSAY_AWS_REGION: String(aws.region),
      };
      return { variables, drop: close };
    },
  },
};

for (const [name, { skip, make }] of Object.entries(places)) {
  test(`records are taken as of one moment from ${name}, while they are written`, { skip }, async (t) => {
    const folder = await mkdtemp(join(tmpdir(), 'assay-moments-'));
    const made = await make();
    const config = readConfig({ ASSAY_DATA: join(folder, 'data'), ...made.variables });
    const side = await openSide(config, 'migrate');
    const place = await openPlace(join(folder, 'backups'), { mustExist: false });
    const given = { place, parallel: 1, tell: () => {}, pauseLimitMs: 120_000 };
    const backup = await openBackupPorts(config, given);
    t.after(async () => {
      await backup.close();
      await side.close();
      await made.drop();
      await rm(folder, { recursive: true });
    });
    const writing = keepWriting(side.opened as unknown as RecordsEngine);
    await writing.untilWritten(20);
    for (const file of ['once', 'again'].map((one) => join(folder, one))) {
      const before = writing.written();
      await backup.opened.takeRecords(file);
      const records = await backup.opened.openRecords(file);
      const counts = await Promise.all(
        (['item', 'event', 'job', 'audit-entry'] as const).map((kind) => countOf(records.transfer, kind)),
      );
      await records.close();
      const [items = 0] = counts;
      // Each event brings a job of its own.
      assert.deepEqual(counts, [items, items, 2 * items, items]);
      assert.ok(items >= before, `${items} of ${before} that had been committed`);
      await writing.untilWritten(writing.written() + 5);
    }
    await writing.stop();
    const mark = await side.opened.marks.read();
    assert.ok(!isStanding(mark, new Date()), 'nothing forbids writing any more');
  });
}

/** Four writers, as a server's requests, each commit of which writes a record of four kinds. */
function keepWriting({ commit, marks }: Pick<RecordsEngine, 'commit' | 'marks'>) {
  const guarded = new WriteGuard({ clock: { now: () => new Date() }, marks }).commit(commit);
  let written = 0;
  let goesOn = true;
  const write = async () => {
    while (goesOn) {
      try {
        await guarded([
          { change: 'item.insert', item: someItem() },
          { change: 'event.append', event: someEvent() },
          { change: 'job.queue', job: someJob() },
          { change: 'audit.append', entry: someAuditEntry({ at: new Date() }) },
        ]);
        written += 1;
      } catch (error) {
        if (!(error instanceof Error && /read-only/.test(error.message))) throw error;
      }
      await wait(15);
    }
  };
  const writers = Promise.all([write(), write(), write(), write()]);
  return {
    written: () => written,
    async untilWritten(count: number) {
      while (written < count) await Promise.race([wait(20), writers]);
    },
    async stop() {
      goesOn = false;
      await writers;
    },
  };
}

async function countOf(transfer: RecordTransfer, kind: RecordKind): Promise<number> {
  let count = 0;
  let after: string | null = null;
  do {
    const page: { readonly records: readonly unknown[]; readonly next: string | null } = await transfer[
      kind
    ].read(after, 200);
    count += page.records.length;
    after = page.next;
  } while (after !== null);
  return count;
}
