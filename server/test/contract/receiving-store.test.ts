import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import { test } from 'node:test';
import { crc32 } from 'node:zlib';
import {
  incomingKey,
  type PartExtent,
  type ReceivedPart,
  type ReceivingStore,
  uploadClosed,
} from '../../src/core/content/index.ts';
import {
  anHourLater,
  type ContentUnderTest,
  describeOnEveryContent,
  describeOnOwnContent,
  get,
  pathsOf,
} from '../support/content.ts';
import { problemOf, putPart, sendForm } from '../support/content-client.ts';
import { randomness } from '../support/samples.ts';

const key = incomingKey('u-1');
const mebibyte = 1024 * 1024;

/** Parts of 1 MiB and a rest. */
function extentsOf(sizeBytes: number): PartExtent[] {
  return Array.from({ length: Math.ceil(sizeBytes / mebibyte) }, (_, index) => ({
    partNumber: index + 1,
    offset: index * mebibyte,
    sizeBytes: Math.min(mebibyte, sizeBytes - index * mebibyte),
  }));
}

function slice(bytes: Buffer, { offset, sizeBytes }: PartExtent): Buffer {
  return bytes.subarray(offset, offset + sizeBytes);
}

describeOnEveryContent('ReceivingStore', (under) => {
  const store = () => under().receiving;

  const send = (handle: string, extent: PartExtent, bytes: Buffer) =>
    sendPart(store(), handle, extent, bytes);
  const sendAll = (bytes: Buffer) => sendParts(store(), bytes);

  test('parts that arrive in any order are joined to the bytes that were sent', async () => {
    const bytes = randomness.bytes(3 * mebibyte + 12_345);
    const handle = await store().begin(key, bytes.length, mebibyte);
    for (const extent of extentsOf(bytes.length).toReversed()) {
      assert.equal((await send(handle, extent, bytes)).status, 200);
    }
    const parts = await store().listParts(key, handle);
    assert.deepEqual(
      parts.map(({ partNumber, sizeBytes }) => [partNumber, sizeBytes]),
      [
        [1, mebibyte],
        [2, mebibyte],
        [3, mebibyte],
        [4, 12_345],
      ],
    );
    assert.equal((await store().join(key, handle, parts)).sizeBytes, bytes.length);
    assert.deepEqual(await get(under().content, key), bytes);
  });

  test('joining again changes nothing, also when both happen at once', async () => {
    const bytes = randomness.bytes(2 * mebibyte);
    const { handle, parts } = await sendAll(bytes);
    const [one, other] = await Promise.all([
      store().join(key, handle, parts),
      store().join(key, handle, parts),
    ]);
    assert.deepEqual(one, other);
    assert.deepEqual(await store().join(key, handle, parts), one);
    assert.deepEqual(await under().content.stat(key), one);
  });

  test('a joined session lists no parts and takes none', async () => {
    const bytes = randomness.bytes(mebibyte);
    const { handle, parts } = await sendAll(bytes);
    await store().join(key, handle, parts);
    assert.deepEqual(await store().listParts(key, handle), []);
    assert.deepEqual(await Array.fromAsync(store().listSessions()), []);
    const [extent] = extentsOf(bytes.length);
    assert.ok(extent);
    const refused = await send(handle, extent, bytes);
    assert.ok(!refused.ok, `answered ${refused.status}`);
    await refused.bytes();
    assert.deepEqual(await get(under().content, key), bytes);
  });

  test('what is missing, or another than given, is not joined, and the session goes on', async () => {
    const bytes = randomness.bytes(3 * mebibyte);
    const handle = await store().begin(key, bytes.length, mebibyte);
    const [first, second, third] = extentsOf(bytes.length);
    assert.ok(first && second && third);
    await send(handle, first, bytes);
    await send(handle, third, bytes);
    const parts = await store().listParts(key, handle);
    const joining = (given: readonly ReceivedPart[]) => store().join(key, handle, given);
    await assert.rejects(joining(parts), { code: 'upload-incomplete' });
    await assert.rejects(joining([]), { code: 'upload-incomplete' });
    const absent = { partNumber: 2, sizeBytes: mebibyte, etag: '0' };
    await assert.rejects(joining([...parts, absent]), { code: 'upload-incomplete' });
    await send(handle, second, bytes);
    const all = await store().listParts(key, handle);
    const changed = all.map((part) => ({ ...part, etag: '00000000' }));
    await assert.rejects(joining(changed), { code: 'part-invalid' });
    await joining(all);
    assert.deepEqual(await get(under().content, key), bytes);
  });

  test('beginning again keeps what has arrived', async () => {
    const bytes = randomness.bytes(mebibyte);
    const { parts } = await sendAll(bytes);
    const handle = await store().begin(key, bytes.length, mebibyte);
    assert.deepEqual(await store().listParts(key, handle), parts);
    assert.deepEqual(
      (await Array.fromAsync(store().listSessions())).map((session) => session.key),
      [key],
    );
  });

  test('an aborted session is gone with its bytes, joined or not, as often as one aborts it', async () => {
    const bytes = randomness.bytes(mebibyte);
    const { handle, parts } = await sendAll(bytes);
    await store().abort(key, handle);
    await store().abort(key, handle);
    assert.deepEqual(await store().listParts(key, handle), []);
    await assert.rejects(store().join(key, handle, parts), { code: 'upload-closed' });
    const again = await sendAll(bytes);
    await store().join(key, again.handle, again.parts);
    await store().abort(key, again.handle);
    assert.equal(await under().content.stat(key), null);
    assert.deepEqual(await pathsOf(under().content, 'incoming'), []);
  });

  test('a part outside of the whole is refused', async () => {
    const handle = await store().begin(key, 1_000, mebibyte);
    const extent = { partNumber: 1, offset: 500, sizeBytes: 501 };
    const sending = async () => {
      const { url } = await store().addressPart(key, handle, extent, anHourLater);
      const { code } = await problemOf(await putPart(url, Buffer.alloc(501)));
      throw Object.assign(new Error('refused when it was sent'), { code });
    };
    await assert.rejects(sending, { code: 'part-invalid' });
    assert.deepEqual(await store().listParts(key, handle), []);
  });

  test('a part sent again at a newer address replaces the one before', async () => {
    const bytes = randomness.bytes(1_000);
    const handle = await store().begin(key, bytes.length, mebibyte);
    const [extent] = extentsOf(bytes.length);
    assert.ok(extent);
    for (const sent of [Buffer.alloc(1_000), bytes]) {
      assert.equal((await send(handle, extent, sent)).status, 200);
    }
    await store().join(key, handle, await store().listParts(key, handle));
    assert.deepEqual(await get(under().content, key), bytes);
  });

  test('a part of another size than its address says does not arrive', async () => {
    const bytes = randomness.bytes(1_000);
    const handle = await store().begin(key, bytes.length, mebibyte);
    const [extent] = extentsOf(bytes.length);
    assert.ok(extent);
    const { url } = await store().addressPart(key, handle, extent, anHourLater);
    for (const sent of [bytes.subarray(1), randomness.bytes(1_001)]) {
      const refused = await putPart(url, sent);
      assert.ok(refused.status >= 400 && refused.status < 500, `answered ${refused.status}`);
      await refused.bytes();
    }
    assert.deepEqual(await store().listParts(key, handle), []);
  });

  test('sessions are listed with the uploads that they belong to', async () => {
    const keys = ['u-1', 'u-2', 'u-3'].map(incomingKey);
    for (const one of keys) await store().begin(one, mebibyte, mebibyte);
    const listed = await Array.fromAsync(store().listSessions());
    assert.deepEqual(
      listed.map((session) => session.key),
      keys,
    );
    for (const session of listed) {
      assert.ok(session.beganAt.getTime() < Date.now() + 60_000);
      await store().abort(session.key, session.handle);
    }
    assert.deepEqual(await Array.fromAsync(store().listSessions()), []);
  });

  test('a form brings a whole object of the sizes and the type that it says, and no other', async () => {
    const bytes = randomness.bytes(100_000);
    const form = await formFor(under(), { minimumBytes: bytes.length, maximumBytes: bytes.length });
    const refused = [
      await sendForm(form, bytes.subarray(1)),
      await sendForm(form, Buffer.concat([bytes, Buffer.alloc(1)])),
      await sendForm(form, bytes, { 'Content-Type': 'text/html' }),
      await sendForm(form, bytes, { key: 'incoming/another' }),
    ];
    for (const answer of refused) {
      assert.ok(answer.status >= 400 && answer.status < 500, `answered ${answer.status}`);
      await answer.bytes();
    }
    assert.deepEqual(await pathsOf(under().content, 'incoming'), []);
    assert.equal((await sendForm(form, bytes)).status, 204);
    assert.deepEqual(await get(under().content, key), bytes);
  });
});

describeOnOwnContent('ReceivingStore at own addresses', (under) => {
  const store = () => under().receiving;
  const send = (handle: string, extent: PartExtent, bytes: Buffer) =>
    sendPart(store(), handle, extent, bytes);

  test('a part’s ETag is the CRC-32 of its bytes, told to the client and listed', async () => {
    const bytes = randomness.bytes(5_000);
    const handle = await store().begin(key, bytes.length, mebibyte);
    const [extent] = extentsOf(bytes.length);
    assert.ok(extent);
    const etag = crc32(bytes).toString(16).padStart(8, '0');
    assert.equal((await send(handle, extent, bytes)).headers.get('etag'), `"${etag}"`);
    assert.deepEqual(await store().listParts(key, handle), [{ partNumber: 1, sizeBytes: 5_000, etag }]);
  });

  test('an address of a part that has arrived is used; a newer one replaces the part', async () => {
    const bytes = randomness.bytes(1_000);
    const [extent] = extentsOf(bytes.length);
    assert.ok(extent);
    const handle = await store().begin(key, bytes.length, mebibyte);
    const older = await store().addressPart(key, handle, extent, anHourLater);
    const address = await store().addressPart(key, handle, extent, anHourLater);
    assert.equal((await putPart(address.url, Buffer.alloc(1_000))).status, 200);
    for (const { url } of [address, older]) {
      const refused = await problemOf(await putPart(url, bytes));
      assert.deepEqual([refused.status, refused.code], [409, 'address-used']);
    }
    assert.equal((await send(handle, extent, bytes)).status, 200);
    await store().join(key, handle, await store().listParts(key, handle));
    assert.deepEqual(await get(under().content, key), bytes);
  });

  test('a part sent again ends the one that is still on its way, and only the later bytes count', async () => {
    const bytes = randomness.bytes(mebibyte);
    const handle = await store().begin(key, bytes.length, mebibyte);
    const part = { partNumber: 1, offset: 0, sizeBytes: bytes.length };
    const stuck = new PassThrough();
    stuck.write(Buffer.alloc(600_000));
    const first = under().incoming.receivePart(key, { ...part, nonce: randomness.id() }, stuck);
    const lost = assert.rejects(first, { code: 'state-conflict' });
    const second = new PassThrough();
    second.end(bytes);
    await under().incoming.receivePart(key, { ...part, nonce: randomness.id() }, second);
    await lost;
    stuck.end(Buffer.alloc(600_000));
    await store().join(key, handle, await store().listParts(key, handle));
    assert.deepEqual(await get(under().content, key), bytes);
  });

  test('aborting ends what is on its way', async () => {
    const handle = await store().begin(key, mebibyte, mebibyte);
    const stuck = new PassThrough();
    stuck.write(Buffer.alloc(1_000));
    const part = { partNumber: 1, offset: 0, sizeBytes: mebibyte, nonce: randomness.id() };
    const lost = assert.rejects(under().incoming.receivePart(key, part, stuck), { code: 'state-conflict' });
    await store().abort(key, handle);
    await lost;
    assert.deepEqual(await Array.fromAsync(store().listSessions()), []);
  });

  test('a form is received once, whole', async () => {
    const bytes = randomness.bytes(2 * mebibyte);
    const form = await formFor(under(), { minimumBytes: 1, maximumBytes: bytes.length });
    const answer = await sendForm(form, bytes);
    assert.equal(answer.status, 204);
    assert.equal(answer.headers.get('etag'), `"${crc32(bytes).toString(16).padStart(8, '0')}"`);
    assert.deepEqual(await get(under().content, key), bytes);
    const refused = await problemOf(await sendForm(form, Buffer.from('other')));
    assert.deepEqual([refused.status, refused.code], [409, 'address-used']);
    assert.deepEqual(await get(under().content, key), bytes);
  });

  test('a form whose upload ends while it is on its way leaves nothing', async () => {
    const file = new PassThrough();
    const limits = { minimumBytes: 1, maximumBytes: mebibyte };
    const receiving = under().incoming.receiveWhole(key, limits, file, async () => {
      throw uploadClosed(key.path);
    });
    file.end(randomness.bytes(1_000));
    await assert.rejects(receiving, { code: 'upload-closed' });
    assert.equal(await under().content.stat(key), null);
  });

  test('of two forms sent at once one is kept, whole', async () => {
    const form = await formFor(under(), { minimumBytes: 1, maximumBytes: mebibyte });
    const files = [Buffer.alloc(300_000, 'a'), Buffer.alloc(300_000, 'b')];
    const statuses = await Promise.all(files.map(async (file) => (await sendForm(form, file)).status));
    const kept = files[statuses.indexOf(204)];
    assert.deepEqual(statuses.toSorted(), [204, 409]);
    assert.deepEqual(await get(under().content, key), kept);
  });
});

function formFor(under: ContentUnderTest, size: { minimumBytes: number; maximumBytes: number }) {
  return under.receiving.addressForm(key, { ...size, contentType: 'application/zip' }, anHourLater);
}

async function sendPart(
  store: ReceivingStore,
  handle: string,
  extent: PartExtent,
  bytes: Buffer,
): Promise<Response> {
  const { url } = await store.addressPart(key, handle, extent, anHourLater);
  return putPart(url, slice(bytes, extent));
}

async function sendParts(
  store: ReceivingStore,
  bytes: Buffer,
): Promise<{ handle: string; parts: readonly ReceivedPart[] }> {
  const handle = await store.begin(key, bytes.length, mebibyte);
  const answers = await Promise.all(
    extentsOf(bytes.length).map((extent) => sendPart(store, handle, extent, bytes)),
  );
  for (const answer of answers) assert.equal(answer.status, 200);
  return { handle, parts: await store.listParts(key, handle) };
}
