import assert from 'node:assert/strict';
import { test } from 'node:test';
import { assertSurvivesDeath } from '../../../test/support/dying-ports.ts';
import { someCaller } from '../../../test/support/samples.ts';
import { testPipeline } from '../../../test/support/test-pipeline.ts';
import { deletePackage, deleteVersionsOfPackage } from './delete-package.ts';
import { readPackage } from './read-package.ts';
import { yankVersion } from './withdraw-version.ts';

const ada = someCaller('ada');
const admin = someCaller('root', { permissions: ['admin'] });
const reason = 'Superseded by another one.';

/** A package with a published, a yanked and a quarantined version. */
async function packageToDelete() {
  const pipeline = await testPipeline();
  const { ports, publish } = pipeline;
  const versions = [
    await publish(ada, { label: '1.0.0', bytes: 'one' }),
    await publish(ada, { label: '2.0.0', bytes: 'two' }),
    await publish(ada, { label: '3.0.0', bytes: 'bad' }),
  ];
  const packageId = versions[0]?.packageId ?? '';
  await yankVersion(ports, ada, { packageId, label: '1.0.0', reason });
  const left = async () => ({
    states: await Promise.all(versions.map(async ({ id }) => (await pipeline.find(id)).state)),
    stored: [await pipeline.stored('packages'), await pipeline.stored('quarantine')].flat(),
    found: (await ports.search.search({ words: 'tokenizer' }, { limit: 10 })).items.length,
    package: (await ports.packages.find(packageId))?.state,
  });
  return { ...pipeline, packageId, left };
}

test('a deleted package is gone for everybody at once, and its versions and content soon', async () => {
  const { ports, packageId, runJobs, left, auditLog } = await packageToDelete();
  await deletePackage(ports, ada, packageId, { reason });
  for (const caller of [ada, admin]) {
    await assert.rejects(readPackage(ports, caller, packageId), { code: 'not-found' });
  }
  assert.equal((await left()).found, 0);
  assert.deepEqual(
    [(await auditLog())[0]?.operation, (await auditLog())[0]?.reason],
    ['package.delete', reason],
  );
  await runJobs();
  assert.deepEqual(await left(), {
    states: ['deleted', 'deleted', 'deleted'],
    stored: [],
    found: 0,
    package: 'deleted',
  });
});

test('the owner is told of every version that goes with the package, once', async () => {
  const { ports, packageId, runJobs } = await packageToDelete();
  await deletePackage(ports, admin, packageId, { reason });
  await deleteVersionsOfPackage(ports, packageId);
  await runJobs();
  const events = await ports.events.listAfter(ada.user?.id ?? '', null, 100);
  const told = events.filter(({ kind }) => kind === 'version.deleted').map(({ data }) => data.version);
  assert.deepEqual(told.sort(), ['1.0.0', '2.0.0', '3.0.0']);
});

test('the name of a deleted package stays taken, for its owner too', async () => {
  const { ports, packageId, runJobs, begin } = await packageToDelete();
  await deletePackage(ports, ada, packageId, { reason });
  await runJobs();
  await assert.rejects(begin(ada, { label: '9.0.0' }), {
    code: 'state-conflict',
    detail: /name stays taken/,
  });
  await assert.rejects(begin(someCaller('bob'), { label: '9.0.0' }), { code: 'name-taken' });
});

test('a package is deleted once, by its maintainers, with a reason', async () => {
  const { ports, packageId } = await packageToDelete();
  await assert.rejects(deletePackage(ports, someCaller('bob'), packageId, { reason }), {
    code: 'permission-denied',
  });
  await assert.rejects(deletePackage(ports, ada, packageId, { reason: '' }), { code: 'invalid-request' });
  await deletePackage(ports, ada, packageId, { reason });
  await assert.rejects(deletePackage(ports, ada, packageId, { reason }), { code: 'not-found' });
});

test('a package of very many versions goes whole', async () => {
  const { ports, publish, find, runJobs, stored } = await testPipeline();
  const ids: string[] = [];
  for (let i = 0; i < 230; i++) ids.push((await publish(ada, { label: `1.0.${i}` })).id);
  const { packageId } = await find(ids[0] ?? '');
  await deletePackage(ports, ada, packageId, { reason });
  await runJobs();
  for (const id of ids) assert.equal((await find(id)).state, 'deleted');
  assert.deepEqual(await stored('packages'), []);
});

test('wherever the process dies, all versions are deleted in the end', async () => {
  await assertSurvivesDeath(async () => {
    const { ports, packageId, runJobs, left } = await packageToDelete();
    await deletePackage(ports, ada, packageId, { reason });
    return {
      ports,
      step: (endangered) => deleteVersionsOfPackage(endangered, packageId),
      outcome: async () => {
        await runJobs('remove-content');
        return left();
      },
    };
  });
});
