// Engines for records on the other side of a network that can be disturbed: `describeOnRemoteRecords` runs a suite on
// each, with an empty one behind a proxy and a guard for each test.
import { afterEach, beforeEach, describe } from 'node:test';
import { FaultProxy } from '../../../tools/fault-proxy.ts';
import { openDynamoDb } from '../../src/adapters/dynamodb/open-dynamodb.ts';
import { EngineGuard, type GuardSettings } from '../../src/adapters/resilience/engine-guard.ts';
import { guardRecords } from '../../src/adapters/resilience/guard-records.ts';
import { openPostgres } from '../../src/adapters/sql/postgres-database.ts';
import { sqlEngine } from '../../src/adapters/sql/sql-engine.ts';
import type { RecordsEngine } from '../../src/core/engine.ts';
import { openTestDynamoDb, testDynamoDb, whyNoDynamoDb } from './dynamodb-server.ts';
import { guardSettings } from './guard-settings.ts';
import { postgresServer, takeDatabase } from './postgres-server.ts';

export interface RemoteRecords {
  readonly proxy: FaultProxy;
  readonly guard: EngineGuard;
  /** For requests and for jobs, through guard and proxy. */
  readonly requests: RecordsEngine;
  readonly worker: RecordsEngine;
  /** Past both: what is really there. */
  readonly there: RecordsEngine;
  close(): Promise<void>;
}

interface Opened {
  readonly proxy: FaultProxy;
  readonly engine: RecordsEngine;
  readonly there: RecordsEngine;
  close(): Promise<void>;
}

/** Short enough for tests to wait for, long enough for engines on a busy machine. */
const limits: GuardSettings = {
  ...guardSettings,
  limitsMs: { read: 1_500, list: 1_500, commit: 2_000, begin: 1_500, poll: 1_500, bulk: 5_000 },
  breaker: { failures: 5, pauseMs: 50, longestPauseMs: 200 },
};

const postgres = await postgresServer();

const engines: Record<string, { skip: string | false; open(): Promise<Opened> }> = {
  postgres: {
    skip: typeof postgres === 'string' ? postgres : false,
    async open() {
      if (typeof postgres === 'string') throw new Error(postgres);
      const { settings, drop } = await takeDatabase(postgres);
      const proxy = await FaultProxy.to(settings.host, settings.port);
      const direct = openPostgres(settings);
      const database = openPostgres({
        ...settings,
        port: proxy.port,
        connectTimeoutMs: 1_000,
        statementTimeoutMs: 1_000,
      });
      return {
        proxy,
        engine: sqlEngine(database),
        there: sqlEngine(direct),
        async close() {
          await Promise.all([database.close(), direct.close()]);
          await drop();
        },
      };
    },
  },

  dynamodb: {
    skip: whyNoDynamoDb() ?? false,
    async open() {
      const direct = await openTestDynamoDb();
      const { hostname, port } = new URL(await testDynamoDb());
      const proxy = await FaultProxy.to(hostname, Number(port));
      const aws = {
        ...direct.aws,
        endpoint: `http://127.0.0.1:${proxy.port}`,
        requestHandler: { connectionTimeout: 500, requestTimeout: 1_000, throwOnRequestTimeout: true },
        maxAttempts: 2,
      };
      const opened = openDynamoDb({ aws, tablePrefix: direct.tablePrefix, createsTables: false });
      return {
        proxy,
        engine: opened.engine,
        there: direct.engine,
        async close() {
          await opened.close();
          await direct.close();
        },
      };
    },
  },
};

export function describeOnRemoteRecords(title: string, suite: (under: () => RemoteRecords) => void): void {
  for (const [name, { skip, open }] of Object.entries(engines)) {
    describe(`${title} on ${name}`, { skip }, () => {
      let current: RemoteRecords;
      beforeEach(async () => {
        const { proxy, engine, there, close } = await open();
        const guard = new EngineGuard('records', limits);
        current = {
          proxy,
          guard,
          there,
          requests: guardRecords(engine, guard.requests),
          worker: guardRecords(engine, guard.worker),
          async close() {
            await proxy.heal();
            await close();
            await proxy.close();
          },
        };
      });
      afterEach(() => current.close());
      suite(() => current);
    });
  }
}
