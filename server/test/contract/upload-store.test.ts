import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Upload } from '../../src/core/uploads/index.ts';
import { describeOnEveryEngine } from '../support/engines.ts';
import { walk } from '../support/pages.ts';
import { someUpload } from '../support/samples.ts';

describeOnEveryEngine('UploadStore', (engine) => {
  const insert = async (...uploads: Upload[]) => {
    for (const upload of uploads) await engine().commit([{ change: 'upload.insert', upload }]);
  };
  const change = (upload: Upload) => engine().commit([{ change: 'upload.change', upload }]);

  test('an inserted upload is found as it was, however its bytes come', async () => {
    const uploads = [
      someUpload({ receiving: { method: 'form' }, declaredDigest: 'ab'.repeat(32) }),
      someUpload({ receiving: { method: 'stream' }, sizeBytes: null }),
      someUpload({
        access: { visibility: 'groups', visibleTo: ['g1', 'g2'], sensitive: true, allowedGroups: ['g2'] },
      }),
      someUpload({
        receiving: { method: 'parts', handle: 'h"1', partSizeBytes: 2 ** 23, partCount: 10_000 },
        sizeBytes: 2 ** 40,
        state: 'completed',
        packageId: 'p1',
        versionId: 'v1',
      }),
    ];
    await insert(...uploads);
    for (const upload of uploads) assert.deepEqual(await engine().uploads.find(upload.id), upload);
    assert.equal(await engine().uploads.find('another'), null);
  });

  test('a change replaces the upload, from the stored revision only', async () => {
    const upload = someUpload({ revision: 5 });
    await insert(upload);
    for (const revision of [1, 4, 5, 7]) {
      await assert.rejects(change({ ...upload, state: 'aborted', revision }), { code: 'state-conflict' });
    }
    await assert.rejects(change(someUpload({ revision: 2 })), { code: 'state-conflict' });
    assert.deepEqual(await engine().uploads.find(upload.id), upload);
    const completed = {
      ...upload,
      state: 'completed',
      sizeBytes: 12,
      packageId: 'p',
      versionId: 'v',
    } as const;
    await change({ ...completed, revision: 6 });
    assert.deepEqual(await engine().uploads.find(upload.id), { ...completed, revision: 6 });
  });

  test('of completing and aborting at once, one happens', async () => {
    const upload = someUpload();
    await insert(upload);
    const outcomes = await Promise.allSettled(
      (['completed', 'aborted', 'expired'] as const).map((state) =>
        change({ ...upload, state, revision: 2 }),
      ),
    );
    assert.deepEqual(outcomes.map(({ status }) => status).sort(), ['fulfilled', 'rejected', 'rejected']);
  });

  test('the list runs from the newest to the oldest, narrowed by user and state on every page', async () => {
    const uploads = [
      someUpload(),
      someUpload({ userId: 'u2' }),
      someUpload({ state: 'completed' }),
      someUpload(),
      someUpload({ userId: 'u2', state: 'expired' }),
      someUpload(),
    ].reverse();
    await insert(...uploads.toReversed());
    const list = (filter: Parameters<ReturnType<typeof engine>['uploads']['list']>[0]) =>
      walk((page) => engine().uploads.list(filter, page), 2);
    assert.deepEqual(await list({}), uploads);
    assert.deepEqual(
      await list({ userId: 'u1' }),
      uploads.filter(({ userId }) => userId === 'u1'),
    );
    assert.deepEqual(
      await list({ state: 'open' }),
      uploads.filter(({ state }) => state === 'open'),
    );
    assert.deepEqual(
      await list({ userId: 'u1', state: 'open' }),
      uploads.filter(({ userId, state }) => userId === 'u1' && state === 'open'),
    );
    assert.deepEqual(await list({ userId: 'u3' }), []);
  });

  test('a cursor that is not ours is refused', async () => {
    await insert(someUpload());
    await assert.rejects(engine().uploads.list({}, { limit: 2, after: 'nonsense' }), {
      code: 'invalid-cursor',
    });
  });
});
