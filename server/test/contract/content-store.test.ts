import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { test } from 'node:test';
import {
  type ContentKey,
  incomingKey,
  type OpenContent,
  packageKey,
  quarantineKey,
} from '../../src/core/content/index.ts';
import { StorageError } from '../../src/core/errors.ts';
import { describeOnEveryContent, get, pathsOf, put } from '../support/content.ts';
import { randomness, someDigest } from '../support/samples.ts';

const key = incomingKey('u-1');
const digest = someDigest('content');
const missing = { name: 'StorageError', failure: 'missing' };

describeOnEveryContent('ContentStore', (under) => {
  const store = () => under().content;

  test('what was written is read back, whole and by range', async () => {
    const bytes = randomness.bytes(3_000_000);
    assert.equal((await put(store(), key, bytes)).sizeBytes, bytes.length);
    assert.deepEqual(await get(store(), key), bytes);
    const part = await buffer(await store().read(key, { start: 1_000_001, end: 2_500_000 }));
    assert.deepEqual(part, bytes.subarray(1_000_001, 2_500_000));
    assert.equal((await buffer(await store().read(key, { start: 5, end: 5 }))).length, 0);
  });

  test('an object of no bytes is an object', async () => {
    await put(store(), key, '');
    assert.equal((await store().stat(key))?.sizeBytes, 0);
    assert.equal((await get(store(), key)).length, 0);
  });

  test('what is not there is null to stat and missing to everything that needs it', async () => {
    assert.equal(await store().stat(key), null);
    await assert.rejects(store().read(key), missing);
    await assert.rejects(store().open(key), missing);
    await assert.rejects(store().locate(key), missing);
    await assert.rejects(store().copy(key, packageKey(digest)), missing);
    assert.deepEqual(await pathsOf(store(), 'packages'), []);
  });

  test('writing again replaces the object and changes its revision', async () => {
    const first = await put(store(), key, 'one');
    const second = await put(store(), key, 'two');
    assert.notEqual(first.revision, second.revision);
    assert.deepEqual(await store().stat(key), second);
    assert.equal(String(await get(store(), key)), 'two');
  });

  test('a stream that fails leaves what was there, and rejects with its own error', async () => {
    await put(store(), key, 'before');
    const failure = new Error('cable pulled');
    const failing = Readable.from(
      (async function* () {
        yield Buffer.alloc(100_000);
        throw failure;
      })(),
    );
    await assert.rejects(store().write(key, failing), (error) => error === failure);
    assert.equal(String(await get(store(), key)), 'before');
    assert.deepEqual(await pathsOf(store(), 'incoming'), [key.path]);
  });

  test('an open object never gives bytes of another one that has come to lie under its key', async () => {
    await put(store(), key, 'the first bytes');
    const open = await store().open(key);
    assert.equal(open.stat.sizeBytes, 15);
    await put(store(), key, 'and other bytes');
    await assertGives(open, 'first');
    await store().remove(key);
    await assertGives(open, 'first');
    await open.close();
    await open.close();
  });

  test('an open object fills what it is given, and less only at the end', async () => {
    const bytes = randomness.bytes(100_000);
    await put(store(), key, bytes);
    const open = await store().open(key);
    const [one, other] = [Buffer.alloc(60_000), Buffer.alloc(60_000)];
    const counts = await Promise.all([open.read(one, 0), open.read(other, 60_000), open.read(one, 0)]);
    assert.deepEqual(counts, [60_000, 40_000, 60_000]);
    assert.deepEqual(Buffer.concat([one, other]).subarray(0, 100_000), bytes);
    assert.equal(await open.read(one, 100_000), 0);
    await open.close();
  });

  test('a location survives structured cloning and opens as a source of the same bytes', async () => {
    const bytes = randomness.bytes(70_000);
    await put(store(), key, bytes);
    const source = under().openSource(structuredClone(await store().locate(key)));
    assert.equal(source.sizeBytes, 70_000);
    assert.deepEqual(Buffer.from(await source.read(10, 50)), bytes.subarray(10, 60));
    assert.deepEqual(Buffer.from(await source.read(0, 70_000)), bytes);
    assert.deepEqual(Buffer.from(await source.read(69_990, 100)), bytes.subarray(69_990));
    assert.equal((await source.read(70_000, 10)).length, 0);
    source.close?.();
  });

  test('a location gives no bytes of another object that has come to lie there since', async () => {
    await put(store(), key, 'the first bytes');
    const location = await store().locate(key);
    await put(store(), key, 'and other bytes');
    await assert.rejects(
      async () => {
        const bytes = await under().openSource(location).read(0, 15);
        assert.equal(Buffer.from(bytes).toString(), 'the first bytes');
        throw kept;
      },
      (error) => error === kept || (error instanceof StorageError && error.failure === 'transient'),
    );
  });

  test('only the bytes of a given revision are copied', async () => {
    const { revision } = await put(store(), key, 'content');
    await put(store(), key, 'CONTENT');
    for (const target of [packageKey(digest), quarantineKey('v-1')]) {
      await assert.rejects(store().copy(key, target, revision), {
        name: 'StorageError',
        failure: 'transient',
      });
      assert.equal(await store().stat(target), null);
    }
    const again = await put(store(), key, 'content');
    await store().copy(key, packageKey(digest), again.revision);
    assert.equal(String(await get(store(), packageKey(digest))), 'content');
  });

  test('only the object of a given revision is removed', async () => {
    const first = await put(store(), key, 'content');
    const second = await put(store(), key, 'CONTENT');
    await store().remove(key, first.revision);
    assert.equal(String(await get(store(), key)), 'CONTENT');
    await store().remove(key, second.revision);
    await store().remove(key, second.revision);
    assert.notEqual((await store().stat(key))?.revision, second.revision);
  });

  test('a copy stays when its original is removed', async () => {
    await put(store(), key, 'content');
    await store().copy(key, packageKey(digest));
    await store().remove(key);
    assert.equal(String(await get(store(), packageKey(digest))), 'content');
    assert.equal(await store().stat(key), null);
  });

  test('a copy leaves a target of the same size as it is, and replaces another one', async () => {
    const target = packageKey(digest);
    await put(store(), key, 'content');
    await store().copy(key, target);
    const before = await store().stat(target);
    await store().copy(key, target);
    assert.deepEqual(await store().stat(target), before);
    await put(store(), target, 'torn');
    await store().copy(key, target);
    assert.equal(String(await get(store(), target)), 'content');
    const aside = quarantineKey('v-1');
    await put(store(), aside, 'CONTENT');
    await store().copy(key, aside);
    assert.equal(String(await get(store(), aside)), 'CONTENT');
  });

  test('large objects are copied whole', async () => {
    const large = randomness.bytes(13_000_001);
    const name = packageKey(someDigest(large));
    const { revision } = await put(store(), key, large);
    await store().copy(key, name, revision);
    assert.ok(large.equals(await get(store(), name)));
  });

  test('many promotions of one digest at once leave one object and nothing else', async () => {
    const uploads = Array.from({ length: 8 }, (_, index) => incomingKey(`u-${index}`));
    for (const upload of uploads) await put(store(), upload, 'content');
    await Promise.all(uploads.map((upload) => store().copy(upload, packageKey(digest))));
    assert.deepEqual(await pathsOf(store(), 'packages'), [packageKey(digest).path]);
    assert.equal(String(await get(store(), packageKey(digest))), 'content');
  });

  test('removing twice is removing once', async () => {
    await put(store(), packageKey(digest), 'content');
    await store().remove(packageKey(digest));
    await store().remove(packageKey(digest));
    assert.deepEqual(await pathsOf(store(), 'packages'), []);
  });

  test('objects come and go side by side without disturbing each other', async () => {
    const keys: ContentKey[] = Array.from({ length: 20 }, (_, index) => ({
      area: 'processed',
      path: `sha256/ab/cd/${index}`,
    }));
    for (let round = 0; round < 5; round++) {
      await Promise.all(
        keys.map(async (one) => {
          await put(store(), one, one.path);
          assert.equal(String(await get(store(), one)), one.path);
          await store().remove(one);
        }),
      );
    }
    assert.deepEqual(await pathsOf(store(), 'processed'), []);
  });

  test('a listing holds the objects of its area only, in the order of their paths', async () => {
    const paths = ['v-1/b.json', 'v-1/a.json', 'v-1.json', 'v-10/a.json', 'v-1-2/c.json'];
    const keys: ContentKey[] = paths.map((path) => ({ area: 'processed', path }));
    for (const one of [...keys, quarantineKey('v-1')]) await put(store(), one, 'x');
    assert.deepEqual(await pathsOf(store(), 'processed'), paths.toSorted());
    assert.deepEqual(await pathsOf(store(), 'quarantine'), ['v-1']);
    for await (const { modifiedAt } of store().list('processed')) {
      assert.ok(Math.abs(modifiedAt.getTime() - Date.now()) < 60_000);
    }
  });

  test('a probe leaves nothing behind', async () => {
    await store().probe();
    for (const area of ['incoming', 'packages', 'logs'] as const) {
      assert.deepEqual(await pathsOf(store(), area), []);
    }
  });
});

const kept = new Error('the store has kept the first bytes');

/** Reads from the fifth byte on: what the object has, or nothing because the store has not kept it. */
async function assertGives(open: OpenContent, expected: string): Promise<void> {
  const into = Buffer.alloc(expected.length);
  try {
    assert.equal(await open.read(into, 4), expected.length);
    assert.equal(String(into), expected);
  } catch (error) {
    if (!(error instanceof StorageError)) throw error;
    assert.equal(error.failure, 'transient');
  }
}
