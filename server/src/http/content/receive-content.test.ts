import assert from 'node:assert/strict';
import { once } from 'node:events';
import { request } from 'node:http';
import { connect, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, test } from 'node:test';
import {
  anHourLater,
  filesBelow,
  filesystemContent,
  folderPerTest,
  get,
  idleTimeoutMs,
  type OwnContentUnderTest,
} from '../../../test/support/content.ts';
import { problemOf, putPart, sendForm } from '../../../test/support/content-client.ts';
import { randomness } from '../../../test/support/samples.ts';
import { incomingKey } from '../../core/content/index.ts';

const key = incomingKey('u-1');
const partBytes = 100_000;
const part = { partNumber: 1, offset: 0, sizeBytes: partBytes };
const bytes = randomness.bytes(partBytes);

let under: OwnContentUnderTest;
const folder = folderPerTest();
beforeEach(async () => {
  under = await filesystemContent(folder());
});
afterEach(() => under.close());

describe('the address of a part', () => {
  async function address(): Promise<string> {
    const handle = await under.receiving.begin(key, 2 * partBytes, partBytes);
    return (await under.receiving.addressPart(key, handle, part, anHourLater)).url;
  }
  const arrived = () => under.receiving.listParts(key, key.path);

  test('takes nothing when any of its fields was changed, added, left out or said twice', async () => {
    const good = new URL(await address());
    const names = [...good.searchParams.keys()];
    assert.deepEqual(names.toSorted(), ['expires', 'nonce', 'offset', 'signature', 'signed-by', 'size']);
    const changes = names.flatMap((name) => [
      (url: URL) => url.searchParams.set(name, `${url.searchParams.get(name)}0`),
      (url: URL) => url.searchParams.delete(name),
      (url: URL) => url.searchParams.append(name, `${url.searchParams.get(name)}`),
    ]);
    const paths = ['/content/incoming/u-2/parts/1', '/content/incoming/u-1/parts/2', '/content/incoming/u-1'];
    changes.push((url) => url.searchParams.set('more', '1'));
    changes.push(
      ...paths.map((path) => (url: URL) => {
        url.pathname = path;
      }),
    );
    for (const change of changes) {
      const url = new URL(good);
      change(url);
      const problem = await problemOf(await putPart(String(url), bytes));
      assert.deepEqual([problem.status, problem.code], [403, 'address-invalid'], String(url));
    }
    assert.deepEqual(await arrived(), []);
    assert.equal((await putPart(String(good), bytes)).status, 200);
  });

  test('is refused from its expiry on, and says when that was', async () => {
    const url = await address();
    under.clock.set(anHourLater);
    const problem = await problemOf(await putPart(url, bytes));
    assert.equal(problem.code, 'address-invalid');
    assert.match(problem.detail, /2026-01-31T13:00:00.000Z/);
  });

  test('is for PUT only', async () => {
    const url = await address();
    for (const method of ['GET', 'POST', 'PATCH', 'DELETE']) {
      const problem = await problemOf(await fetch(url, { method }));
      assert.deepEqual([problem.status, problem.code], [403, 'address-invalid']);
    }
  });

  test('takes nothing once the upload has ended', async () => {
    const url = await address();
    under.closedUploads.add('u-1');
    const problem = await problemOf(await putPart(url, bytes));
    assert.deepEqual([problem.status, problem.code], [409, 'upload-closed']);
  });

  for (const [what, given] of [
    ['less', bytes.subarray(1)],
    ['more', Buffer.concat([bytes, Buffer.alloc(7)])],
    ['nothing', Buffer.alloc(0)],
  ] as const) {
    test(`refuses ${what} than its size, naming both numbers, and keeps nothing`, async () => {
      const url = await address();
      for (const framing of ['content-length', 'chunked']) {
        const answer = await send(url, given, framing === 'chunked');
        assert.equal(answer.status, 400);
        assert.equal(answer.problem.code, 'upload-size-mismatch');
        assert.match(answer.problem.detail, new RegExp(`${partBytes}`));
        const told = what === 'more' && framing === 'chunked' ? `more than ${partBytes}` : `${given.length}`;
        assert.match(answer.problem.detail, new RegExp(`\\b${told} came`));
      }
      assert.deepEqual(await arrived(), []);
      assert.equal((await putPart(url, bytes)).status, 200);
    });
  }

  test('answers a client at once that is refused, and lets it send what it has begun', async () => {
    const url = new URL(await address());
    url.searchParams.set('size', '30000000');
    const socket = await open(url, 'PUT', 30_000_000);
    const [answer] = await once(socket, 'data');
    assert.match(String(answer), /^HTTP\/1.1 403 /);
    assert.match(String(answer), /connection: close/i);
    assert.match(String(answer), /address-invalid/);
    for (let sent = 0; sent < 30; sent++) await write(socket, Buffer.alloc(1_000_000));
    await once(socket, 'close');
    assert.equal(socket.errored, null);
  });

  test('keeps nothing of a part whose client leaves in the middle, and takes it when it comes again', async () => {
    const url = await address();
    const socket = await open(new URL(url), 'PUT', partBytes);
    await write(socket, bytes.subarray(0, 50_000));
    socket.destroy();
    assert.equal((await putPart(url, bytes)).status, 200);
    assert.deepEqual(
      (await arrived()).map(({ partNumber }) => partNumber),
      [1],
    );
  });

  test('cuts a client that stands still, but not one that is slow', { timeout: 10_000 }, async () => {
    const url = await address();
    const still = await open(new URL(url), 'PUT', partBytes);
    still.on('error', () => {});
    await write(still, bytes.subarray(0, 10));
    await once(still, 'close');
    const slow = await open(new URL(url), 'PUT', partBytes);
    for (let sent = 0; sent < 5; sent++) {
      await write(slow, bytes.subarray(sent * 20_000, (sent + 1) * 20_000));
      await new Promise((resolve) => setTimeout(resolve, idleTimeoutMs / 2));
    }
    const [answer] = await once(slow, 'data');
    assert.match(String(answer), /^HTTP\/1.1 200 /);
    slow.destroy();
  });

  test('leaves the connection open for the next part', async () => {
    const url = await address();
    const other = await under.receiving.addressPart(
      key,
      key.path,
      { partNumber: 2, offset: partBytes, sizeBytes: partBytes },
      anHourLater,
    );
    const socket = await open(new URL(url), 'PUT', partBytes);
    for (const next of [other.url, null]) {
      await write(socket, bytes);
      const [answer] = await once(socket, 'data');
      assert.match(String(answer), /^HTTP\/1.1 200 /);
      if (next !== null) socket.write(head(new URL(next), 'PUT', partBytes));
    }
    assert.equal((await arrived()).length, 2);
    socket.destroy();
  });
});

describe('a presigned form', () => {
  const form = (size: { minimumBytes: number; maximumBytes: number }) =>
    under.receiving.addressForm(key, { ...size, contentType: 'application/zip' }, anHourLater);
  const usual = () => form({ minimumBytes: partBytes, maximumBytes: partBytes });

  test('takes nothing when any of its fields was changed or left out, or one was added', async () => {
    const given = await usual();
    assert.deepEqual(Object.keys(given.fields).toSorted(), [
      'Content-Type',
      'expires',
      'key',
      'maximum-bytes',
      'minimum-bytes',
      'nonce',
      'signature',
      'signed-by',
      'x-assay-encryption',
    ]);
    const changes: Record<string, string | undefined>[] = [{ more: '1' }];
    for (const [name, value] of Object.entries(given.fields)) {
      changes.push({ [name]: `${value}0` }, { [name]: undefined });
    }
    for (const change of changes) {
      const problem = await problemOf(await sendForm(given, bytes, change));
      assert.deepEqual([problem.status, problem.code], [403, 'address-invalid'], JSON.stringify(change));
    }
    assert.deepEqual(await filesBelow(folder()), []);
    assert.equal((await sendForm(given, bytes)).status, 204);
    assert.deepEqual(await get(under.content, key), bytes);
  });

  test('is refused from its expiry on, for another upload, and once its upload has ended', async () => {
    const given = await usual();
    const elsewhere = { ...given, url: given.url.replace('u-1', 'u-2') };
    assert.equal((await problemOf(await sendForm(elsewhere, bytes))).code, 'address-invalid');
    under.closedUploads.add('u-1');
    assert.equal((await problemOf(await sendForm(given, bytes))).code, 'upload-closed');
    under.clock.set(anHourLater);
    assert.match((await problemOf(await sendForm(given, bytes))).detail, /expired at 2026-01-31T13:00/);
  });

  for (const sizeBytes of [9, 21, 1_000_000]) {
    test(`refuses a file of ${sizeBytes} bytes where 10 to 20 are taken, and keeps nothing`, async () => {
      const given = await form({ minimumBytes: 10, maximumBytes: 20 });
      const problem = await problemOf(await sendForm(given, Buffer.alloc(sizeBytes)));
      assert.deepEqual([problem.status, problem.code], [400, 'upload-size-mismatch']);
      assert.match(problem.detail, /from 10 to 20 bytes/);
      assert.deepEqual(await filesBelow(folder()), []);
    });
  }

  test('says what is wrong with a form that is none', async () => {
    const given = await usual();
    const post = (type: string, body: string) =>
      fetch(given.url, { method: 'POST', headers: { 'content-type': type }, body });
    const codeOf = async (answer: Promise<Response>) => (await problemOf(await answer)).code;
    assert.equal(await codeOf(post('application/json', '{}')), 'unsupported-content-type');
    assert.equal(await codeOf(post('multipart/form-data', 'x')), 'invalid-request');
    assert.equal(await codeOf(post('multipart/form-data; boundary=x', 'nonsense')), 'invalid-request');
    assert.equal(await codeOf(sendForm(given, null)), 'invalid-request');
    assert.equal(await codeOf(sendForm(given, bytes, { key: 'x'.repeat(3_000) })), 'invalid-request');
    const many = Object.fromEntries(Array.from({ length: 40 }, (_, index) => [`f${index}`, '']));
    assert.equal(await codeOf(sendForm(given, bytes, many)), 'invalid-request');
    const early = new FormData();
    early.append('file', new Blob([new Uint8Array(bytes)]), 'a.zip');
    for (const [name, value] of Object.entries(given.fields)) early.append(name, value);
    assert.equal(await codeOf(fetch(given.url, { method: 'POST', body: early })), 'address-invalid');
    assert.deepEqual(await filesBelow(folder()), []);
  });

  test('keeps nothing of a form that ends in the middle of its file', async () => {
    const given = await usual();
    const body = Buffer.from(await new Response(formData(given.fields, bytes)).arrayBuffer());
    const boundary = String(body).slice(2, String(body).indexOf('\r\n'));
    const cut = body.subarray(0, body.length - 30_000);
    const problem = await problemOf(
      await fetch(given.url, {
        method: 'POST',
        headers: { 'content-type': `multipart/form-data; boundary=${boundary}` },
        body: cut,
      }),
    );
    assert.deepEqual([problem.status, problem.code], [400, 'upload-size-mismatch']);
    assert.deepEqual(await filesBelow(folder()), []);
  });

  test('keeps nothing of a form whose client leaves or stands still', { timeout: 10_000 }, async () => {
    const given = await usual();
    const body = Buffer.from(await new Response(formData(given.fields, bytes)).arrayBuffer());
    const boundary = String(body).slice(2, String(body).indexOf('\r\n'));
    for (const leaves of [true, false]) {
      const type = `multipart/form-data; boundary=${boundary}`;
      const socket = await open(new URL(given.url), 'POST', body.length, `content-type: ${type}\r\n`);
      socket.on('error', () => {});
      await write(socket, body.subarray(0, body.length - 30_000));
      if (leaves) socket.destroy();
      if (!socket.closed) await once(socket, 'close');
    }
    assert.equal((await sendForm(given, bytes)).status, 204);
    assert.deepEqual(await filesBelow(folder()), ['incoming/u-1']);
  });
});

function formData(fields: Readonly<Record<string, string>>, file: Buffer): FormData {
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) form.append(name, value);
  form.append('file', new Blob([new Uint8Array(file)]), 'a.zip');
  return form;
}

async function send(
  url: string,
  body: Buffer,
  chunked: boolean,
): Promise<{ status: number | undefined; problem: { code: string; detail: string } }> {
  const headers = chunked ? { 'transfer-encoding': 'chunked' } : { 'content-length': body.length };
  const sent = request(url, { method: 'PUT', headers, agent: false });
  sent.end(body);
  const [answer] = await once(sent, 'response');
  return { status: answer.statusCode, problem: JSON.parse(await text(answer)) };
}

function head({ host, pathname, search }: URL, method: string, length: number, more = ''): string {
  return `${method} ${pathname}${search} HTTP/1.1\r\nhost: ${host}\r\ncontent-length: ${length}\r\n${more}\r\n`;
}

/** A connection on which the head of a request has been sent. */
async function open(url: URL, method: string, length: number, more = ''): Promise<Socket> {
  const socket = connect(Number(url.port), url.hostname);
  await once(socket, 'connect');
  await write(socket, Buffer.from(head(url, method, length, more)));
  return socket;
}

function write(socket: Socket, chunk: Buffer): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.write(chunk, (error) => (error ? reject(error) : resolve()));
  });
}
