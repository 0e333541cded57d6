// A DynamoDB for tests: DynamoDB Local, which the npm package `amplify-dynamodb-simulator` brings as Java archives, in
// memory. The test runner starts one for all test files and passes its address on in TEST_DYNAMODB; a test file that
// runs alone starts its own.
//
// TEST_DYNAMODB_EMULATOR=moto uses moto instead, as a second opinion.
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { dirname, join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { DynamoDBClient, type DynamoDBClientConfig } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { findProgram } from '../../../tools/find-program.ts';
import { freePort } from '../../../tools/free-port.ts';
import { createTables, deleteTables } from '../../src/adapters/dynamodb/create-tables.ts';
import { openDynamoDb } from '../../src/adapters/dynamodb/open-dynamodb.ts';

export interface DynamoDbServer {
  readonly address: string;
  stop(): Promise<void>;
}

/** Where processes of the same test run find the server. */
export const sharedDynamoDb = 'TEST_DYNAMODB';

const moto = process.env.TEST_DYNAMODB_EMULATOR === 'moto' ? await import('./moto-server.ts') : null;

/** Why there is no DynamoDB for tests here; null when there is one. */
export function whyNoDynamoDb(): string | null {
  if (moto !== null) return moto.skip === false ? null : moto.skip;
  if (process.env[sharedDynamoDb] !== undefined || findProgram('java') !== undefined) return null;
  return 'DynamoDB Local needs Java 17 (Debian package openjdk-17-jre-headless)';
}

/** Starts an empty one on a free port of the loopback interface. It ends with this process at the latest. */
export async function startDynamoDb(): Promise<DynamoDbServer> {
  const port = await freePort();
  // The shell outlives the server, and its input ends with this process.
  const script = '"$@" & cat > /dev/null; kill -KILL $!; wait $!';
  const child = spawn('sh', ['-c', script, 'sh', 'java', ...javaArguments(port)], {
    cwd: emulatorFolder(),
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output = `${output}${text}`.slice(-4_000);
    });
  }
  const server: DynamoDbServer = {
    address: `http://127.0.0.1:${port}`,
    async stop() {
      child.ref();
      child.stdin.end();
      if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
    },
  };
  if (!(await answers(server.address))) {
    await server.stop();
    throw new Error(`DynamoDB Local did not start:\n${output}`);
  }
  for (const handle of [child, ...child.stdio]) (handle as { unref?(): void } | null)?.unref?.();
  return server;
}

let own: Promise<DynamoDbServer> | undefined;

/** The address of the one for all tests of this process. */
export async function testDynamoDb(): Promise<string> {
  const given = moto?.awsSettings.endpoint ?? process.env[sharedDynamoDb];
  if (given !== undefined) return given;
  own ??= startDynamoDb();
  return (await own).address;
}

export function testClientSettings(endpoint: string): DynamoDBClientConfig {
  return {
    endpoint,
    region: 'eu-central-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    maxAttempts: 4,
  };
}

/**
 * A registry of its own in the test server. Its tables expire nothing: the dates of tests lie in the past, and what
 * tests look for would be removed.
 */
export async function openTestDynamoDb() {
  const aws = testClientSettings(await testDynamoDb());
  const tablePrefix = `test-${randomBytes(6).toString('hex')}-`;
  const client = new DynamoDBClient(aws);
  await createTables(client, tablePrefix, { timeToLive: false });
  const opened = openDynamoDb({ aws, tablePrefix, createsTables: false });
  return {
    ...opened,
    aws,
    tablePrefix,
    client: DynamoDBDocumentClient.from(client, { marshallOptions: { removeUndefinedValues: true } }),
    async close() {
      await opened.close();
      await deleteTables(client, tablePrefix);
      client.destroy();
    },
  };
}

function javaArguments(port: number): string[] {
  return [
    '-Xmx512m',
    // Fewer threads for collecting and compiling: tests share the processors with it.
    '-XX:+UseSerialGC',
    '-XX:TieredStopAtLevel=1',
    '-Djava.library.path=./DynamoDBLocal_lib',
    ...['-jar', 'DynamoDBLocal.jar', '-inMemory', '-port', `${port}`],
  ];
}

function emulatorFolder(): string {
  const manifest = import.meta.resolve('amplify-dynamodb-simulator/package.json');
  return join(dirname(fileURLToPath(manifest)), 'emulator');
}

const patienceMs = 60_000;

async function answers(address: string): Promise<boolean> {
  const until = performance.now() + patienceMs;
  while (performance.now() < until) {
    try {
      // Any answer will do, also that the request is none.
      await fetch(address);
      return true;
    } catch {
      await wait(50);
    }
  }
  return false;
}
