// Two releases side by side on the same engines: the next one comes process by process, and the previous one goes on until
// its last process has ended.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { Api, ok } from '../src/call.ts';
import { enginesName, installationOf, notEmbedded } from '../src/engines.ts';
import { addIndexOfNextRelease, makeNextRelease, nextMigration } from '../src/next-release.ts';
import { type Download, digestOf, type Package, publish } from '../src/packages.ts';
import {
  AssayProcess,
  removeTemporaryFolders,
  ServerProcess,
  temporaryFolder,
} from '../src/server-process.ts';
import { addUser, enterAsAdministrator, type User } from '../src/users.ts';

const often = { ASSAY_WORKER_POLL_MS: '20' };

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

  const at = ({ url }: ServerProcess) => new Api(url, ada.api.token);

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
    if (enginesName === 'dynamodb-s3-sqs') {
      const early = await AssayProcess.launch(['serve'], data, often, program);
      assert.equal((await early.exit()).code, 1);
      assert.match(early.complaints, /packages does not fit this release: its index colour is missing/);
      const { AWS_ENDPOINT_URL_DYNAMODB: endpoint = '', ASSAY_DYNAMODB_TABLE_PREFIX: prefix = '' } = (
        await installationOf(data)
      ).environment;
      await addIndexOfNextRelease(endpoint, prefix);
    }
    next = await ServerProcess.start(data, often, program);
    await goesBetween(previous, next, 'made-by-the-previous');
    await goesBetween(next, previous, 'made-by-the-next');
    assert.equal((await ok(at(next).get<{ items: Package[] }>('/api/packages'))).items.length, 1);
  });

  test('does not disturb the previous one, which is not started again on a schema that it does not know', async () => {
    await previous.stop();
    if (enginesName === 'dynamodb-s3-sqs') {
      previous = await ServerProcess.start(data, often);
      await goesBetween(previous, next, 'started-again');
      return;
    }
    const late = await AssayProcess.launch(['serve'], data, often);
    assert.equal((await late.exit()).code, 1);
    assert.match(late.complaints, new RegExp(`is ${nextMigration}, which a newer release has made`));
    await publish(at(next), { name: 'afterwards' });
  });
});
