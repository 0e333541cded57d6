// Releases side by side on the same engines: the next one comes process by process, the previous one goes on until its last
// process has ended, and comes back when the next one is of no use.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { Api, ok } from '../src/call.ts';
import { enginesName, installationOf, notEmbedded } from '../src/engines.ts';
import {
  addIndexOfNextRelease,
  contractingMigration,
  makeContractingRelease,
  makeNextRelease,
  nextMigration,
} from '../src/next-release.ts';
import { type Download, digestOf, type Package, publish } from '../src/packages.ts';
import {
  AssayProcess,
  removeTemporaryFolders,
  ServerProcess,
  temporaryFolder,
} from '../src/server-process.ts';
import { addUser, enterAsAdministrator, type User } from '../src/users.ts';

const often = { ASSAY_WORKER_POLL_MS: '20' };
const onDynamoDb = enginesName === 'dynamodb-s3-sqs';

const as = (user: User, { url }: ServerProcess) => new Api(url, user.api.token);

/** What whoever rolls the next release out does before. */
async function prepareTables(data: string): Promise<void> {
  const { environment } = await installationOf(data);
  const { AWS_ENDPOINT_URL_DYNAMODB: endpoint = '', ASSAY_DYNAMODB_TABLE_PREFIX: prefix = '' } = environment;
  await addIndexOfNextRelease(endpoint, prefix);
}

describe('the next release', { skip: notEmbedded }, () => {
  let data: string;
  let program: string;
  let previous: ServerProcess;
  let next: ServerProcess;
  let ada: User;

  before(async () => {
    data = join(await temporaryFolder(), 'data');
    program = await makeNextRelease();
    previous = await ServerProcess.start(data, often);
    ada = await addUser(await enterAsAdministrator(previous), 'ada');
  });

  after(async () => {
    for (const server of [previous, next]) await server?.stop();
    await removeTemporaryFolders();
  });

  const at = (server: ServerProcess) => as(ada, server);

  /** One publishes, the other finds it, gives it out, and deletes it. */
  async function goesBetween(one: ServerProcess, other: ServerProcess, name: string): Promise<void> {
    const { packageId, digest } = await publish(at(one), { name });
    const path = `/api/packages/${packageId}`;
    const { items } = await ok(at(other).get<{ items: Package[] }>('/api/packages/search', { q: name }));
    assert.deepEqual(
      items.map(({ id }) => id),
      [packageId],
    );
    const { url } = await ok(at(other).get<Download>(`${path}/download`));
    assert.equal(digestOf(await (await fetch(url)).bytes()), digest);
    await ok(at(other).delete(path, { reason: 'Part of the test.' }));
    assert.equal((await at(one).get(`${path}/download`)).status, 404);
  }

  test('comes while the previous one works, and both work on the same packages', async () => {
    await publish(at(previous), { name: 'from-before' });
    if (onDynamoDb) {
      const early = await AssayProcess.launch(['serve'], data, often, program);
      assert.equal((await early.exit()).code, 1);
      assert.match(early.complaints, /packages does not fit this release: its index colour is missing/);
      await prepareTables(data);
    }
    next = await ServerProcess.start(data, often, program);
    await goesBetween(previous, next, 'made-by-the-previous');
    await goesBetween(next, previous, 'made-by-the-next');
    assert.equal((await ok(at(next).get<{ items: Package[] }>('/api/packages'))).items.length, 1);
  });

  test('does not disturb the previous one, whose processes may be replaced by others of it meanwhile', async () => {
    await previous.stop();
    previous = await ServerProcess.start(data, often);
    await goesBetween(previous, next, 'made-by-a-replacement');
    await goesBetween(next, previous, 'made-beside-a-replacement');
  });
});

describe('the release before', () => {
  let data: string;
  let nextProgram: string;
  let ada: User;
  let server: ServerProcess;
  let made: { readonly packageId: string; readonly digest: string };

  before(async () => {
    data = join(await temporaryFolder(), 'data');
    nextProgram = await makeNextRelease();
    server = await ServerProcess.start(data, often);
    ada = await addUser(await enterAsAdministrator(server), 'ada');
    await publish(ada.api, { name: 'from-before' });
    if (onDynamoDb) await prepareTables(data);
    await become(nextProgram);
    made = await publish(as(ada, server), { name: 'made-by-the-next' });
    await server.stop();
  });

  after(async () => {
    await server?.stop();
    await removeTemporaryFolders();
  });

  async function become(program?: string): Promise<void> {
    await server.stop();
    server = await ServerProcess.start(data, often, program);
  }

  test('is told that it works on what the next one has migrated, and migrates nothing', async () => {
    const asked = await AssayProcess.launch(['migrate'], data);
    assert.equal((await asked.exit()).code, 0, asked.complaints);
    assert.match(asked.output, /^Nothing to do\.$/m);
    assert.match(asked.output, new RegExp(`is ${nextMigration}: releases that know .* or more work on it`));
  });

  test('comes back: it serves what both have made, and the next one may come again', async () => {
    await become();
    const { url } = await ok(as(ada, server).get<Download>(`/api/packages/${made.packageId}/download`));
    assert.equal(digestOf(await (await fetch(url)).bytes()), made.digest);
    const again = await publish(as(ada, server), { name: 'made-after-going-back' });
    assert.deepEqual(server.errors, []);
    await become(nextProgram);
    await ok(as(ada, server).get<Download>(`/api/packages/${again.packageId}/download`));
  });

  test('does not come back to what a release has made that takes away what it needs, and says why', async () => {
    await become(await makeContractingRelease());
    await server.stop();
    const reason = `is ${contractingMigration}, which a newer release has made: releases that know ${nextMigration} or more work on it; this release knows \\d+-.*Start that release, or restore`;
    for (const command of ['serve', 'migrate']) {
      const late = await AssayProcess.launch([command], data, often);
      assert.equal((await late.exit()).code, 1);
      assert.match(late.complaints, new RegExp(reason));
    }
    await become(nextProgram);
    await ok(as(ada, server).get<Download>(`/api/packages/${made.packageId}/download`));
  });
});
