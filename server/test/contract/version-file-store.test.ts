import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { describeOnEveryEngine } from '../support/engines.ts';
import { walk } from '../support/pages.ts';
import { someFile } from '../support/samples.ts';

const byBytes = (one: string, other: string) => Buffer.compare(Buffer.from(one), Buffer.from(other));

describeOnEveryEngine('VersionFileStore', (engine) => {
  const put = (versionId: string, ...paths: string[]) =>
    engine().files.put(
      versionId,
      paths.map((path) => someFile({ path })),
    );
  const paths = async (versionId: string, folder?: string, limit = 2) =>
    (await walk((page) => engine().files.list(versionId, folder, page), limit)).map(({ path }) => path);

  test('a file is found by its version and path, as it was', async () => {
    const file = someFile({
      path: 'weights/model.bin',
      sizeBytes: 2 ** 40,
      offset: 2 ** 33,
      method: 'stored',
    });
    await engine().files.put('v1', [file, someFile()]);
    assert.deepEqual(await engine().files.find('v1', 'weights/model.bin'), file);
    assert.equal(await engine().files.find('v2', 'weights/model.bin'), null);
    for (const path of ['weights', 'weights/', 'WEIGHTS/model.bin', 'weights/model.bin ', '']) {
      assert.equal(await engine().files.find('v1', path), null, path);
    }
  });

  test('putting again replaces what has the same path and keeps the others', async () => {
    const [first, kept] = [someFile({ path: 'a' }), someFile({ path: 'b' })];
    const later = someFile({ path: 'a', sizeBytes: 7, digest: 'cd'.repeat(32) });
    await engine().files.put('v1', [first, kept]);
    await engine().files.put('v1', [later]);
    await engine().files.put('v1', []);
    assert.deepEqual((await engine().files.list('v1', undefined, { limit: 10 })).items, [later, kept]);
  });

  test('removing takes all files of the version and of no other', async () => {
    await put('v1', 'a', 'b');
    await put('v10', 'a');
    await engine().files.remove('v1');
    await engine().files.remove('v1');
    assert.deepEqual(await paths('v1'), []);
    assert.deepEqual(await paths('v10'), ['a']);
  });

  test('files are listed in the order of the bytes of their paths, on however many pages', async () => {
    // U+FFFF is before an emoji in UTF-8, and behind it in UTF-16.
    const unordered = [
      'a\u{1f98a}',
      'a\uffff',
      'a\ue000',
      'aé',
      'az',
      'a',
      'A',
      'a/b',
      'a-b',
      'a b',
      'é',
      '日本',
      '\u{1f98a}',
    ];
    await put('v1', ...unordered);
    for (const limit of [1, 4, 20]) {
      assert.deepEqual(await paths('v1', undefined, limit), unordered.toSorted(byBytes), `limit ${limit}`);
    }
  });

  test('a folder lists what is below it, not what is only called like it', async () => {
    await put('v1', 'a', 'a/b', 'a/c/d', 'a/\u{1f98a}', 'a.txt', 'a-b/c', 'a0', 'ab/c', 'A/b', 'b/a/c');
    await put('v2', 'a/e');
    assert.deepEqual(await paths('v1', 'a'), ['a/b', 'a/c/d', 'a/\u{1f98a}']);
    assert.deepEqual(await paths('v1', 'a/c'), ['a/c/d']);
    assert.deepEqual(await paths('v1', 'a/b'), []);
    assert.deepEqual(await paths('v1', 'nowhere'), []);
  });

  test('patterns and quotes in a folder or path mean themselves', async () => {
    const odd = ['%/a', '_/a', "it's/a", '"/a', '*/a', '[a]/a'];
    await put('v1', ...odd, 'x/a');
    for (const path of odd) {
      assert.deepEqual(await paths('v1', path.slice(0, -2)), [path]);
      assert.equal((await engine().files.find('v1', path))?.path, path);
    }
  });

  test('20,000 files are put while others get their turn', async () => {
    const files = Array.from({ length: 20_000 }, (_, i) => someFile({ path: `folder/file-${i}` }));
    let longestMs = 0;
    let running = true;
    const watch = (async () => {
      while (running) {
        const before = performance.now();
        await wait(1);
        longestMs = Math.max(longestMs, performance.now() - before);
      }
    })();
    await engine().files.put('v1', files);
    running = false;
    await watch;
    assert.ok(longestMs < 250, `others waited ${Math.round(longestMs)} ms`);
    assert.deepEqual(await engine().files.find('v1', 'folder/file-19999'), files.at(-1));
    assert.equal((await walk((page) => engine().files.list('v1', 'folder', page), 20_000)).length, 20_000);
  });
});
