import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readFile, rename, rm, rmdir, stat, utimes, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { beforeEach, describe, test } from 'node:test';
import { filesBelow, folderPerTest, get, pathsOf, put } from '../../../test/support/content.ts';
import { randomness } from '../../../test/support/samples.ts';
import { type Area, incomingKey, packageKey } from '../../core/content/index.ts';
import { ContentFolder } from './content-folder.ts';
import { FilesystemContentStore } from './content-store.ts';
import { FilesystemIncomingStore } from './incoming-store.ts';
import { storageErrorFrom, writingErrorFrom } from './storage-error.ts';

const root = folderPerTest();
const key = incomingKey('u-1');
const digest = 'ab'.repeat(32);

let content: FilesystemContentStore;
let incoming: FilesystemIncomingStore;
/** As a new process would find it. */
async function reopen(): Promise<void> {
  const folder = await ContentFolder.open(root());
  content = new FilesystemContentStore(folder);
  incoming = new FilesystemIncomingStore(folder);
}
beforeEach(reopen);

describe('a folder of content', () => {
  test('takes no key that could lead out of its area', async () => {
    const paths = ['', '.', '..', '../x', 'a/../b', 'a/..', '/etc/passwd', 'a//b', 'a/', '.hidden', 'a/.b'];
    for (const path of [...paths, 'A', 'a b', 'a\0b', 'a\\b', 'a\nb', '%2e%2e']) {
      const failure = { name: 'StorageError', failure: 'permanent' };
      await assert.rejects(content.stat({ area: 'incoming', path }), failure, JSON.stringify(path));
      await assert.rejects(put(content, { area: 'incoming', path }, 'x'), failure);
      await assert.rejects(content.remove({ area: 'incoming', path }), failure);
    }
    const area = '../incoming' as Area;
    await assert.rejects(content.stat({ area, path: 'a' }), { failure: 'permanent' });
    await assert.rejects(incoming.begin({ area: 'incoming', path: 'a/b' }, 1, 1), { failure: 'permanent' });
    await assert.rejects(incoming.begin({ area: 'packages', path: 'a' }, 1, 1), { failure: 'permanent' });
    assert.deepEqual(await filesBelow(root()), []);
  });

  test('holds objects that nobody writes to any more, in folders that nobody else enters', async () => {
    await put(content, packageKey(digest), 'content');
    const path = join(root(), 'packages', packageKey(digest).path);
    assert.equal((await stat(path)).mode & 0o777, 0o400);
    assert.equal((await stat(join(path, '..'))).mode & 0o777, 0o700);
  });

  test('takes objects while the folders that lead to them are taken away', async () => {
    const folder = await ContentFolder.open(root());
    const target = folder.pathOf(packageKey(digest));
    const stopping = new AbortController();
    const takeAway = async () => {
      while (!stopping.signal.aborted)
        for (const path of [join(target, '..'), join(target, '../..')]) await rmdir(path).catch(() => {});
    };
    const takers = [takeAway(), takeAway()];
    try {
      for (let placed = 0; placed < 60; placed++) {
        await folder.place(target, () => writeFile(target, ''));
        await rm(target);
      }
    } finally {
      stopping.abort();
      await Promise.all(takers);
    }
  });

  test('shares the bytes of a copy', async () => {
    await put(content, key, 'content');
    await content.copy(key, packageKey(digest));
    const [one, other] = await Promise.all(
      [key, packageKey(digest)].map(({ area, path }) => stat(join(root(), area, path))),
    );
    assert.equal(one?.ino, other?.ino);
  });

  test('removes the folders that an object leaves empty, and no others', async () => {
    const neighbour = packageKey(`abcd${'0'.repeat(60)}`);
    const other = packageKey(`abff${'0'.repeat(60)}`);
    await put(content, neighbour, 'x');
    await put(content, other, 'x');
    await content.remove(other);
    await assert.rejects(stat(join(root(), 'packages/sha256/ab/ff')), { code: 'ENOENT' });
    assert.equal(String(await get(content, neighbour)), 'x');
    await content.remove(neighbour);
    await assert.rejects(stat(join(root(), 'packages/sha256')), { code: 'ENOENT' });
    assert.ok((await stat(join(root(), 'packages'))).isDirectory());
  });

  test('takes a whole object once, also from two processes at once', async () => {
    const another = new FilesystemIncomingStore(await ContentFolder.open(root()));
    const limits = { minimumBytes: 1, maximumBytes: 10 };
    let arrived = 0;
    const both = Promise.withResolvers<void>();
    const bothHaveCome = () => {
      if (++arrived === 2) both.resolve();
      return both.promise;
    };
    const outcomes = await Promise.allSettled([
      incoming.receiveWhole(key, limits, Readable.from([Buffer.from('one')]), bothHaveCome),
      another.receiveWhole(key, limits, Readable.from([Buffer.from('other')]), bothHaveCome),
    ]);
    const refusals = outcomes.flatMap((outcome) =>
      outcome.status === 'rejected' ? [outcome.reason.code] : [],
    );
    assert.deepEqual(refusals, ['address-used']);
    assert.deepEqual(await filesBelow(root()), ['incoming/u-1']);
  });

  test('that is not there any more leaves its objects unknown, not missing', async () => {
    await put(content, key, 'content');
    await rename(root(), `${root()}-away`);
    try {
      const asking = [content.stat(key), content.read(key), content.locate(key), content.open(key)];
      const writing = [put(content, key, 'x'), content.probe(), incoming.begin(key, 1, 1)];
      const unknown = { name: 'StorageError', failure: 'transient' };
      await Promise.all([...asking, ...writing].map((attempt) => assert.rejects(attempt, unknown)));
    } finally {
      await rename(`${root()}-away`, root());
    }
    assert.equal(String(await get(content, key)), 'content');
  });

  test('sweeps what dead processes were writing, and leaves what others write', async () => {
    const dead = spawn(process.execPath, ['--version'], { stdio: 'ignore' });
    await once(dead, 'exit');
    const names = {
      dead: `1.${dead.pid}.${hostname()}`,
      earlierSelf: `2.${process.pid}.${hostname()}`,
      alive: `3.${process.ppid}.${hostname()}`,
      elsewhere: `4.1.another.host`,
      elsewhereLongAgo: `5.1.another.host`,
    };
    for (const name of Object.values(names)) await writeFile(join(root(), '.temporary', name), 'x');
    const longAgo = new Date(Date.now() - 25 * 60 * 60 * 1000);
    await utimes(join(root(), '.temporary', names.elsewhereLongAgo), longAgo, longAgo);
    await reopen();
    const left = [names.alive, names.elsewhere].map((name) => join('.temporary', name));
    assert.deepEqual(await filesBelow(root()), left.toSorted());
  });

  test('does not sweep what this process is writing', async () => {
    let goOn = () => {};
    const wait = new Promise<void>((resolve) => {
      goOn = resolve;
    });
    const slow = Readable.from(
      (async function* () {
        yield Buffer.from('slow ');
        await wait;
        yield Buffer.from('but sure');
      })(),
    );
    const writing = content.write(key, slow);
    while ((await filesBelow(root())).length === 0) await new Promise(setImmediate);
    await reopen();
    goOn();
    await writing;
    assert.equal(String(await get(content, key)), 'slow but sure');
    assert.deepEqual(await filesBelow(root()), ['incoming/u-1']);
  });
});

describe('after a crash', () => {
  const bytes = randomness.bytes(1_000);
  const session = () => join(root(), '.parts', 'u-1');
  const extents = [
    { partNumber: 1, offset: 0, sizeBytes: 600 },
    { partNumber: 2, offset: 600, sizeBytes: 400 },
  ];

  async function receive(numbers: readonly number[]): Promise<void> {
    await incoming.begin(key, bytes.length, 600);
    for (const extent of extents.filter(({ partNumber }) => numbers.includes(partNumber))) {
      const part = bytes.subarray(extent.offset, extent.offset + extent.sizeBytes);
      await incoming.receivePart(key, { ...extent, nonce: randomness.id() }, Readable.from([part]));
    }
  }

  async function numbersOf(): Promise<number[]> {
    return (await incoming.listParts(key, 'u-1')).map(({ partNumber }) => partNumber);
  }

  async function finish(): Promise<void> {
    const missing = extents.map(({ partNumber }) => partNumber);
    const arrived = await numbersOf();
    await receive(missing.filter((number) => !arrived.includes(number)));
    await incoming.join(key, 'u-1', await incoming.listParts(key, 'u-1'));
    assert.deepEqual(await get(content, key), bytes);
    assert.deepEqual(await filesBelow(root()), ['incoming/u-1']);
  }

  test('between two parts, the upload goes on where it was', async () => {
    await receive([1]);
    await reopen();
    assert.deepEqual(await numbersOf(), [1]);
    await finish();
  });

  test('before a part’s marker, the part has not arrived', async () => {
    await receive([1]);
    const data = await readFile(join(session(), 'data'));
    bytes.copy(data, 600, 600);
    await writeFile(join(session(), 'data'), data);
    await reopen();
    assert.deepEqual(await numbersOf(), [1]);
    await finish();
  });

  test('between creating a session’s folder and its data, beginning again mends it', async () => {
    await mkdir(session());
    await reopen();
    assert.deepEqual(await numbersOf(), []);
    await finish();
  });

  test('while a session is made, markers of an earlier one do not speak for the new bytes', async () => {
    await receive([1, 2]);
    await rm(join(session(), 'data'));
    await reopen();
    assert.deepEqual(await numbersOf(), []);
    await incoming.begin(key, bytes.length, 600);
    assert.deepEqual(await numbersOf(), []);
    await finish();
  });

  test('between joining and tidying up, the object is there and joining again tidies up', async () => {
    await receive([1, 2]);
    const parts = await incoming.listParts(key, 'u-1');
    await rename(join(session(), 'data'), join(root(), 'incoming', 'u-1'));
    await reopen();
    assert.deepEqual(await numbersOf(), []);
    assert.deepEqual(await get(content, key), bytes);
    assert.equal((await incoming.join(key, 'u-1', parts)).sizeBytes, bytes.length);
    assert.deepEqual(await filesBelow(root()), ['incoming/u-1']);
  });

  test('sessions whose upload was never recorded are found and aborted', async () => {
    await receive([1]);
    await reopen();
    for await (const { key: found, handle, beganAt } of incoming.listSessions()) {
      assert.ok(Math.abs(beganAt.getTime() - Date.now()) < 60_000);
      await incoming.abort(found, handle);
    }
    assert.deepEqual(await filesBelow(root()), []);
    assert.deepEqual(await pathsOf(content, 'incoming'), []);
  });
});

describe('failures of the operating system', () => {
  const failed = (code: string) => Object.assign(new Error(code), { code });

  for (const [code, failure] of Object.entries({
    ENOENT: 'missing',
    EACCES: 'permanent',
    EROFS: 'permanent',
    EIO: 'transient',
    EMFILE: 'transient',
    ENOSPC: 'transient',
    EBUSY: 'transient',
    EWHATEVER: 'transient',
  })) {
    test(`${code} is ${failure}`, () => assert.equal(storageErrorFrom(failed(code), 'x').failure, failure));
  }

  test('what is unknown is transient, and so is a folder that goes away while writing', () => {
    assert.equal(storageErrorFrom('a text', 'x').failure, 'transient');
    assert.equal(writingErrorFrom(failed('ENOENT'), 'x').failure, 'transient');
  });
});
