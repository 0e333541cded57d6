// A DynamoDB for tests: DynamoDB Local, which the npm package `amplify-dynamodb-simulator` brings as Java archives, in
// memory. The test runner starts one for all test files and passes its address on in TEST_DYNAMODB; a test file that
// runs alone starts its own.
//
// TEST_DYNAMODB_EMULATOR=moto uses moto's server instead, as a second opinion.
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { accessSync, constants } from 'node:fs';
import { createServer } from 'node:net';
import { delimiter, dirname, join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { DynamoDBClient, type DynamoDBClientConfig } from '@aws-sdk/client-dynamodb';
import { createTables, deleteTables } from '../../src/adapters/dynamodb/create-tables.ts';
import { openDynamoDb } from '../../src/adapters/dynamodb/open-dynamodb.ts';

export interface DynamoDbServer {
  readonly address: string;
  stop(): Promise<void>;
}

const usesMoto = process.env['TEST_DYNAMODB_EMULATOR'] === 'moto';
const startLimitMs = 60_000;

/** Why there is no DynamoDB for tests here; null when there is one. */
export function whyNoDynamoDb(): string | null {
  if (process.env['TEST_DYNAMODB'] !== undefined) return null;
  if (usesMoto) return onPath('python3') ? null : 'python3 is not there (Debian package python3)';
  return onPath('java') ? null : 'java is not there (Debian package openjdk-17-jre-headless)';
}

/** Starts an empty one on a free port of this machine. It ends with this process at the latest. */
export async function startDynamoDb(): Promise<DynamoDbServer> {
  const port = await freePort();
  const command = usesMoto
    ? { line: ['python3', '-m', 'moto.server', '-H', '127.0.0.1', '-p', `${port}`], folder: '/' }
    : { line: ['java', ...javaArguments(port)], folder: emulatorFolder() };
  const [program = '', ...given] = onPath('setpriv')
    ? ['setpriv', '--pdeathsig', 'KILL', ...command.line]
    : command.line;
  const child = spawn(program, given, { cwd: command.folder, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output = (output + text).slice(-4_000);
    });
  }
  const ended = new Promise<void>((resolve) => {
    child.once('close', () => resolve());
    child.once('error', () => resolve());
  });
  const kill = () => child.kill('SIGKILL');
  process.once('exit', kill);
  const address = `http://127.0.0.1:${port}`;
  const server = {
    address,
    async stop() {
      process.removeListener('exit', kill);
      kill();
      await ended;
    },
  };
  if (await answers(address, ended)) {
    // The test process may end although the server goes on.
    child.unref();
    for (const stream of [child.stdout, child.stderr]) Reflect.get(stream, 'unref')?.call(stream);
    return server;
  }
  await server.stop();
  throw new Error(`${command.line.join(' ')} did not start:\n${output}`);
}

let shared: Promise<string> | undefined;

/** The address of the one for all tests of this process. */
export function testDynamoDb(): Promise<string> {
  const given = process.env['TEST_DYNAMODB'];
  shared ??= given === undefined ? startDynamoDb().then(({ address }) => address) : Promise.resolve(given);
  return shared;
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
 * A registry of its own in the test server. Its tables expire nothing: the dates of tests lie in the past, and an
 * emulator would remove what tests look for.
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
    // Fewer threads for compiling and collecting: tests share the processors with it.
    '-XX:+UseSerialGC',
    '-XX:TieredStopAtLevel=1',
    '-Djava.library.path=./DynamoDBLocal_lib',
    '-jar',
    'DynamoDBLocal.jar',
    '-inMemory',
    '-disableTelemetry',
    '-port',
    `${port}`,
  ];
}

function emulatorFolder(): string {
  const manifest = import.meta.resolve('amplify-dynamodb-simulator/package.json');
  return join(dirname(fileURLToPath(manifest)), 'emulator');
}

function onPath(program: string): boolean {
  return (process.env['PATH'] ?? '').split(delimiter).some((folder) => {
    try {
      accessSync(join(folder, program), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('No port was free.');
  return address.port;
}

/** False when the process ends before it answers, or takes too long. */
async function answers(address: string, ended: Promise<void>): Promise<boolean> {
  let over = false;
  void ended.then(() => {
    over = true;
  });
  const until = performance.now() + startLimitMs;
  while (!over && performance.now() < until) {
    // Any answer will do, also that the request is none.
    const answered = await fetch(address).then(
      () => true,
      () => false,
    );
    if (answered) return true;
    await wait(50);
  }
  return false;
}
