import assert from 'node:assert/strict';
import { test } from 'node:test';
import { assertSurvivesDeath } from '../../../test/support/dying-ports.ts';
import { someCaller, someDigest } from '../../../test/support/samples.ts';
import { testPipeline } from '../../../test/support/test-pipeline.ts';
import { packageKey } from '../content/index.ts';
import { deleteVersion } from '../packages/index.ts';
import { removeContent } from './remove-content.ts';

const ada = someCaller('ada');
const digest = someDigest('good bytes');

test('the content of a deleted version goes, and with it the list of its files', async () => {
  const { ports, publish, runJobs, stored } = await testPipeline();
  const { id: versionId, packageId, label } = await publish(ada);
  await deleteVersion(ports, ada, { packageId, label, reason: 'withdrawn' });
  await runJobs('remove-content');
  assert.deepEqual(await stored('packages'), []);
  assert.deepEqual((await ports.files.list(versionId, undefined, { limit: 10 })).items, []);
  await removeContent(ports, { versionId, digest });
});

test('content that another version has too stays until that one lets go of it', async () => {
  const { ports, publish, runJobs, stored } = await testPipeline();
  const mine = await publish(ada);
  const theirs = await publish(someCaller('bob'), { packageName: 'another' });
  await deleteVersion(ports, ada, { ...mine, reason: 'withdrawn' });
  await runJobs();
  assert.deepEqual(await stored('packages'), [packageKey(digest).path]);
  assert.equal((await ports.files.list(theirs.id, undefined, { limit: 10 })).items.length, 1);
  await deleteVersion(ports, someCaller('bob'), { ...theirs, reason: 'withdrawn' });
  await runJobs();
  assert.deepEqual(await stored('packages'), []);
});

test('content that is published again just while it is removed is there afterwards', async () => {
  const { ports, clock, publish, submit, find, runJobs, stored } = await testPipeline();
  const old = await publish(ada);
  await deleteVersion(ports, ada, { ...old, reason: 'withdrawn' });
  const fresh = await submit(ada, { label: '2.0.0' });
  // The removal has been granted and is about to remove, when the new version comes to hold the content.
  const slow = {
    ...ports,
    content: {
      stat: (key: Parameters<typeof ports.content.stat>[0]) => ports.content.stat(key),
      remove: async (...[key, revision]: Parameters<typeof ports.content.remove>) => {
        if (key.area === 'packages') await runJobs('check-version');
        await ports.content.remove(key, revision);
      },
    },
  };
  await removeContent(slow, { versionId: old.id, digest });
  assert.equal((await find(fresh.id)).state, 'pending', 'it has to wait');
  clock.advance(60);
  await runJobs();
  assert.equal((await find(fresh.id)).state, 'published');
  assert.deepEqual(await stored('packages'), [packageKey(digest).path]);
});

test('a removal that stalls until the content was removed and promoted anew leaves the new content', async () => {
  const { ports, publish, find, stored } = await testPipeline();
  const old = await publish(ada);
  await deleteVersion(ports, ada, { ...old, reason: 'withdrawn' });
  let fresh = old;
  const stalled = {
    ...ports,
    content: {
      stat: (key: Parameters<typeof ports.content.stat>[0]) => ports.content.stat(key),
      remove: async (...[key, revision]: Parameters<typeof ports.content.remove>) => {
        // The lease has run out: another worker does the same job to its end, and the bytes are published again.
        await removeContent(ports, { versionId: null, digest });
        fresh = await publish(ada, { label: '2.0.0' });
        await ports.content.remove(key, revision);
      },
    },
  };
  await removeContent(stalled, { versionId: null, digest });
  assert.equal((await find(fresh.id)).state, 'published');
  assert.deepEqual(await stored('packages'), [packageKey(digest).path]);
});

test('content that is published again before its removal has begun is not removed', async () => {
  const { ports, publish, runJobs, find, stored } = await testPipeline();
  const old = await publish(ada);
  await deleteVersion(ports, ada, { ...old, reason: 'withdrawn' });
  const fresh = await publish(ada, { label: '2.0.0' });
  await runJobs();
  assert.equal((await find(fresh.id)).state, 'published');
  assert.deepEqual(await stored('packages'), [packageKey(digest).path]);
});

test('wherever the process dies, the content is removed in the end, and can be published again', async () => {
  await assertSurvivesDeath(async () => {
    const { ports, publish, find, stored } = await testPipeline();
    const { id: versionId, packageId, label } = await publish(ada);
    await deleteVersion(ports, ada, { packageId, label, reason: 'withdrawn' });
    return {
      ports: { content: ports.content, holds: ports.holds, files: ports.files },
      step: (endangered) => removeContent(endangered, { versionId, digest }),
      outcome: async () => {
        const left = await stored('packages');
        const again = await publish(ada, { label: '2.0.0' });
        return [left, (await find(again.id)).state, await stored('packages')];
      },
    };
  });
});

test('each half of a removal is done only when it is named', async () => {
  const { ports, publish, stored } = await testPipeline();
  const good = await publish(ada);
  const bad = await publish(ada, { label: '2.0.0', bytes: 'bad bytes' });
  await removeContent(ports, { versionId: null, digest: someDigest('bad bytes') });
  assert.deepEqual(await stored('quarantine'), [bad.id]);
  await removeContent(ports, { versionId: bad.id, digest: null });
  assert.deepEqual(await stored('quarantine'), []);
  assert.equal((await ports.files.list(good.id, undefined, { limit: 10 })).items.length, 1);
});
