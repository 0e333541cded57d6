// What only a real PostgreSQL server can show: limits, lost connections, replicas, passwords, migrations.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { connect, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { sql } from 'kysely';
import { openPostgres, type PostgresSettings } from '../src/adapters/sql/postgres-database.ts';
import { passwordFromFile } from '../src/adapters/sql/postgres-password.ts';
import { sqlEngine } from '../src/adapters/sql/sql-engine.ts';
import { createDatabase, postgresServer, type TestDatabase } from './support/postgres-server.ts';
import { someItem, someJob } from './support/samples.ts';

const server = await postgresServer();
const unavailable = typeof server === 'string' ? server : false;

let created: TestDatabase;
before(async () => {
  if (typeof server !== 'string') created = await createDatabase(server);
});
after(() => created?.drop());

const opened = (settings: Partial<PostgresSettings> = {}) =>
  openPostgres({ ...created.settings, ...settings });

describe('Records in PostgreSQL', { skip: unavailable }, () => {
  test('a statement that takes too long is given up, and the connection is good for the next one', async () => {
    const database = opened({ statementTimeoutMs: 100, connections: 2 });
    await assert.rejects(sql`SELECT pg_sleep(10)`.execute(database.write), {
      name: 'StorageError',
      failure: 'transient',
    });
    await database.probe();
    await database.close();
  });

  test('a row that another transaction has locked for too long is told as one that cannot be had just now', async () => {
    const [holder, waiting] = [opened(), opened({ lockTimeoutMs: 50 })];
    await holder.transaction(async (write) => {
      await sql`SELECT * FROM administrators FOR UPDATE`.execute(write);
      const changed = waiting.write.updateTable('administrators').set({ count: 0 }).execute();
      await assert.rejects(changed, { name: 'StorageError', failure: 'transient' });
    });
    await holder.close();
    await waiting.close();
  });

  test('when all connections are taken, waiting for one ends', async () => {
    const database = opened({ connections: 2, connectTimeoutMs: 100 });
    await database.transaction(async () => {
      await assert.rejects(database.probe(), { name: 'StorageError', failure: 'transient' });
    });
    await database.probe();
    await database.close();
  });

  test('a transaction in which nothing happens any more frees what it has locked', async () => {
    const [hanging, other] = [opened({ idleInTransactionTimeoutMs: 100 }), opened()];
    await assert.rejects(
      hanging.transaction(async (write) => {
        await sql`SELECT * FROM administrators FOR UPDATE`.execute(write);
        await other.write.updateTable('administrators').set({ count: 0 }).execute();
        await sql`SELECT 1`.execute(write);
      }),
      { name: 'StorageError', failure: 'transient' },
    );
    await hanging.probe();
    await hanging.close();
    await other.close();
  });

  test('connections that are cut are told, end no process, and are replaced', async () => {
    const [database, operator] = [opened(), opened()];
    const { commit, items } = sqlEngine(database);
    const cut = () =>
      sql`SELECT pg_terminate_backend(pid) FROM pg_stat_activity
        WHERE datname = current_database() AND pid <> pg_backend_pid()`.execute(operator.write);
    await assert.rejects(
      database.transaction(async (write) => {
        await cut();
        await sql`SELECT 1`.execute(write);
      }),
      { name: 'StorageError', failure: 'transient' },
    );
    await database.probe();
    await cut();
    await wait(50);
    const item = someItem();
    await commit([{ change: 'item.insert', item }]);
    assert.deepEqual(await items.find(item.id), item);
    await database.close();
    await operator.close();
  });

  test('two transactions that wait for each other both come to their end', async () => {
    const database = opened();
    for (const key of ['one', 'other']) {
      await sql`INSERT INTO login_attempts VALUES (${key}, 0, 0, 0)`.execute(database.write);
    }
    const both = Promise.withResolvers<void>();
    let begun = 0;
    const add = (keys: readonly string[]) =>
      database.transaction(async (write) => {
        for (const [nth, key] of keys.entries()) {
          await sql`UPDATE login_attempts SET failures = failures + 1 WHERE key = ${key}`.execute(write);
          if (nth === 0 && ++begun === 2) both.resolve();
          await both.promise;
        }
      });
    await Promise.all([add(['one', 'other']), add(['other', 'one'])]);
    assert.ok(begun > 2, 'one of them began again');
    const rows = await database.read.selectFrom('login_attempts').select('failures').execute();
    assert.deepEqual(rows, [{ failures: 2 }, { failures: 2 }]);
    await database.close();
  });

  test('commits wait for the disk, what may be lost does not', async () => {
    const database = opened();
    const setting = sql<{ value: string }>`SELECT current_setting('synchronous_commit') AS value`;
    const durable = await database.transaction((write) => setting.execute(write));
    assert.notEqual(durable.rows[0]?.value, 'off');
    const relaxed = await database.relaxed((write) => setting.execute(write));
    assert.equal(relaxed.rows[0]?.value, 'off');
    await database.close();
  });

  test('operators find the connections by their name', async () => {
    const database = opened({ applicationName: 'assay-by-name' });
    const { rows } = await sql<{ name: string }>`
      SELECT application_name AS name FROM pg_stat_activity WHERE pid = pg_backend_pid()`.execute(
      database.write,
    );
    assert.deepEqual(rows, [{ name: 'assay-by-name' }]);
    await database.close();
  });

  test('a password is read from its file for every new connection', async () => {
    const path = join(tmpdir(), `assay-password-${process.pid}`);
    await writeFile(path, 'wrong\n');
    const database = opened({ password: passwordFromFile(path) });
    await assert.rejects(database.probe(), { name: 'StorageError', failure: 'permanent' });
    await writeFile(path, `${created.settings.password}\n`);
    await database.probe();
    await database.close();
  });

  test('a server without TLS is refused when TLS is wanted', async () => {
    for (const mode of ['require', 'verify-full'] as const) {
      const database = opened({ tls: { mode } });
      await assert.rejects(database.probe(), { name: 'StorageError', failure: 'permanent' });
      await database.close();
    }
  });
});

describe('A read replica', { skip: unavailable }, () => {
  test('answers what may be stale, and nothing else', async () => {
    const { host, port } = created.settings;
    const replica = await listening((socket) => {
      const forwarded = connect(port, host);
      socket.pipe(forwarded).pipe(socket);
      for (const end of [socket, forwarded]) end.on('error', () => {});
    });
    const database = opened({ replica: { ...created.settings, port: replica.port } });
    const { commit, items, jobs, packages, search, tokens } = sqlEngine(database);
    const item = someItem();
    await commit([
      { change: 'item.insert', item },
      { change: 'job.queue', job: someJob() },
    ]);
    await items.find(item.id);
    await tokens.findPersonalInUse('hash');
    assert.ok(await jobs.lease(['check-version'], new Date(), 1_000));
    assert.equal(replica.connections(), 0);
    await search.search({ words: 'tokenizer' }, { limit: 10 });
    await packages.list({ states: ['published'] }, { limit: 10 });
    assert.equal(replica.connections(), 1);
    await database.close();
    replica.close();
  });

  test('that does not answer is left alone, and the primary is asked', async () => {
    const gone = await listening((socket) => socket.destroy());
    const database = opened({ replica: { ...created.settings, port: gone.port } });
    const { audit } = sqlEngine(database);
    for (let nth = 0; nth < 3; nth++) assert.deepEqual((await audit.list({}, { limit: 1 })).items, []);
    assert.equal(gone.connections(), 1);
    await database.close();
    gone.close();
  });
});

describe('The schema of PostgreSQL', { skip: unavailable }, () => {
  const empty = async () => {
    if (typeof server === 'string') throw new Error(server);
    const { settings, drop } = await createDatabase({ ...server, template: 'template0' });
    return { database: openPostgres(settings), drop };
  };

  test('is made by one of many processes that start at once', async () => {
    const { database, drop } = await empty();
    await assert.rejects(database.requireSchema(), /schema of the database is empty.*assay migrate/s);
    const applied = await Promise.all(Array.from({ length: 4 }, () => database.migrate()));
    assert.equal(applied.filter((names) => names.length > 0).length, 1);
    await database.requireSchema();
    await database.close();
    await drop();
  });

  test('of a newer release is refused with both versions and what to do', async () => {
    const { database, drop } = await empty();
    const [first] = await database.migrate();
    assert.equal(first, '0001-audit.sql');
    await sql`INSERT INTO schema_migrations VALUES ('9999-what-comes.sql', 0)`.execute(database.write);
    for (const start of [database.migrate, database.requireSchema]) {
      await assert.rejects(start(), /9999-what-comes.*this release knows \d{4}-.*Start that release/s);
    }
    await database.close();
    await drop();
  });

  test('that lacks a migration is refused where none are to be made', async () => {
    const { database, drop } = await empty();
    await database.migrate();
    await sql`DELETE FROM schema_migrations WHERE name >= '0008'`.execute(database.write);
    await assert.rejects(database.requireSchema(), /is 0007-uploads; this release needs/);
    await database.close();
    await drop();
  });

  test('keeps audit entries from ever being changed or removed', async () => {
    const database = opened();
    for (const statement of [
      'DELETE FROM audit_entries',
      'UPDATE audit_entries SET at = 0',
      'TRUNCATE audit_entries',
    ]) {
      await assert.rejects(sql.raw(statement).execute(database.write), /never/);
    }
    await database.close();
  });
});

async function listening(accept: (socket: Socket) => void) {
  let connections = 0;
  const listener = createServer((socket) => {
    connections++;
    socket.on('error', () => {});
    accept(socket);
  }).listen(0, '127.0.0.1');
  await once(listener, 'listening');
  const address = listener.address();
  const port = typeof address === 'object' ? (address?.port ?? 0) : 0;
  return { port, connections: () => connections, close: () => listener.close() };
}
