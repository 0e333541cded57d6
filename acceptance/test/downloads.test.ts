// How content goes out: the address that the gate gives, ranges, and single files inside.
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { after, describe, test } from 'node:test';
import { type Given, ok, refused, waitFor } from '../src/call.ts';
import { etagOf, ownAddresses } from '../src/engines.ts';
import { type Download, digestOf, publish, zipOf } from '../src/packages.ts';
import { removeTemporaryFolders, startServer } from '../src/server-process.ts';
import { addUser, enterAsAdministrator } from '../src/users.ts';

const server = await startServer();
const admin = await enterAsAdministrator(server);
const ada = await addUser(admin, 'ada');
const reader = await addUser(admin, 'reader', ['search', 'download']);
const words = 'the same words again and again, '.repeat(10_000);
const weights = randomBytes(300_000);
const files = {
  'README.md': '# Files\n',
  'docs/ä b%41+c&d?.txt': 'odd name',
  'docs/deep/er/x.txt': 'deep',
  'empty.txt': '',
  'weights.bin': weights,
  'words.txt': words,
};
const zip = await zipOf(files, ['weights.bin']);
const { packageId, digest } = await publish(ada.api, { name: 'with-files' }, zip);
after(async () => {
  await server.stop();
  await removeTemporaryFolders();
});

const download = (query: Given['query'] = {}) =>
  reader.api.get<Download>(`/api/packages/${packageId}/download`, query);

interface Got {
  readonly status: number;
  readonly headers: Headers;
  readonly bytes: Buffer;
}

async function get(url: string, headers: Record<string, string> = {}, method = 'GET'): Promise<Got> {
  // Without this undici asks for compressed answers, and would hide a server that compresses.
  const response = await fetch(url, { method, headers: { 'accept-encoding': 'identity', ...headers } });
  return {
    status: response.status,
    headers: response.headers,
    bytes: Buffer.from(await response.arrayBuffer()),
  };
}

describe('a download', () => {
  test('is an address without a token, good for five minutes at most, or a redirect to it', async () => {
    const given = await ok(download());
    // From the answer on: the first decision of a process takes some time before it.
    const lifetime = Date.parse(given.expiresAt) - Date.now();
    assert.deepEqual([given.digest, given.sizeBytes, given.version], [digest, zip.length, '1.0.0']);
    assert.ok(lifetime > 60_000 && lifetime <= 300_000, `${lifetime} ms`);
    const got = await get(given.url);
    assert.equal(got.status, 200);
    assert.ok(got.bytes.equals(zip));

    const redirect = await download({ redirect: true });
    assert.equal(redirect.status, 302);
    assert.equal(redirect.headers.get('cache-control'), 'no-store');
    assert.ok((await get(redirect.headers.get('location') ?? '')).bytes.equals(zip));
  });

  test('says what it is: length, type, file name, and that ranges are taken', async () => {
    const { url } = await ok(download());
    const { status, headers, bytes } = await get(url);
    assert.equal(status, 200);
    assert.equal(headers.get('content-length'), String(zip.length));
    assert.equal(headers.get('content-type'), 'application/zip');
    assert.equal(headers.get('content-disposition'), 'attachment; filename="package.zip"');
    assert.match(headers.get('etag') ?? '', etagOf(digest));
    assert.equal(headers.get('accept-ranges'), 'bytes');
    assert.equal(bytes.length, zip.length);
  });

  test('tells its digest, by HEAD too', { skip: ownAddresses }, async () => {
    const { url } = await ok(download());
    for (const method of ['GET', 'HEAD']) {
      const { status, headers, bytes } = await get(url, {}, method);
      assert.equal(status, 200);
      assert.equal(headers.get('content-length'), String(zip.length));
      assert.match(headers.get('etag') ?? '', etagOf(digest));
      assert.equal(headers.get('repr-digest'), `sha-256=:${Buffer.from(digest, 'hex').toString('base64')}:`);
      assert.equal(headers.get('x-content-type-options'), 'nosniff');
      assert.equal(bytes.length, method === 'HEAD' ? 0 : zip.length);
    }
  });

  test('gives exactly the range that is asked for', async () => {
    const { url } = await ok(download());
    const { length } = zip;
    const ranges: [string, number, number][] = [
      ['bytes=0-0', 0, 1],
      ['bytes=0-99', 0, 100],
      ['bytes=100-', 100, length],
      ['bytes=-7', length - 7, length],
      [`bytes=${length - 1}-${length + 50}`, length - 1, length],
    ];
    for (const [range, start, end] of ranges) {
      const got = await get(url, { range });
      assert.equal(got.status, 206, range);
      assert.equal(got.headers.get('content-range'), `bytes ${start}-${end - 1}/${length}`);
      assert.equal(got.headers.get('content-length'), String(end - start));
      assert.ok(got.bytes.equals(zip.subarray(start, end)), range);
    }
  });

  test('refuses a range outside of it, and gives all of it for a range that it does not understand', {
    skip: ownAddresses,
  }, async () => {
    const { url } = await ok(download());
    const { length } = zip;
    assert.equal((await get(url, { range: `bytes=-${length * 2}` })).bytes.length, length);
    for (const range of [`bytes=${length}-`, 'bytes=-0']) {
      const got = await get(url, { range });
      assert.equal(got.status, 416, range);
      assert.equal(got.headers.get('content-range'), `bytes */${length}`);
    }
    for (const range of ['bytes=0-1,5-6', 'lines=1-2', 'bytes=5-1', 'bytes=x-y']) {
      assert.equal((await get(url, { range })).status, 200, range);
    }
  });

  test('goes on with what one has only when it is still the same', { skip: ownAddresses }, async () => {
    const { url } = await ok(download());
    const range = 'bytes=10-19';
    assert.equal((await get(url, { range, 'if-range': `"${digest}"` })).status, 206);
    assert.equal((await get(url, { range, 'if-range': '"another"' })).status, 200);
    assert.equal((await get(url, { 'if-none-match': `W/"${digest}"` })).status, 304);
    assert.equal((await get(url, { 'if-none-match': '"another"' })).status, 200);
    assert.equal((await get(url, { 'if-match': '"another"' })).status, 412);
    assert.equal((await get(url, { 'if-match': `"${digest}"` })).status, 200);
  });

  test('is bound to one content, one version, one method and its time', async () => {
    const { url } = await ok(download());
    const address = new URL(url);
    const other = await publish(ada.api, { name: 'another-one' });
    const changed = [...address.searchParams.keys()].flatMap((name) => {
      const without = new URL(address);
      without.searchParams.delete(name);
      const another = new URL(address);
      another.searchParams.set(name, `${address.searchParams.get(name)}x`);
      return [without, another];
    });
    changed.push(new URL(url.replace(digest, other.digest)));
    for (const { href } of changed) await notServed('GET', href);
    for (const method of ['PUT', 'POST', 'DELETE']) await notServed(method, url);
  });

  test('address that has expired is refused; a download that was begun before goes on', async () => {
    const hasty = await startServer({ ASSAY_DOWNLOAD_ADDRESS_LIFETIME_MS: '1500' });
    const owner = await enterAsAdministrator(hasty);
    const large = await zipOf({ 'large.bin': randomBytes(24 * 1024 * 1024) }, ['large.bin']);
    const published = await publish(owner.api, { name: 'large' }, large);
    const { url, expiresAt } = await ok(
      owner.api.get<Download>(`/api/packages/${published.packageId}/download`),
    );
    const begun = await fetch(url);
    await waitFor('its expiry', () => Date.now() > Date.parse(expiresAt));
    await notServed('GET', url, expiresAt);
    assert.equal(digestOf(Buffer.from(await begun.arrayBuffer())), published.digest);
    await hasty.stop();
  });

  test('ends with the version: an address given out before is good no more once it is deleted', async () => {
    const published = await publish(ada.api, { name: 'short-lived' });
    const path = `/api/packages/${published.packageId}`;
    const { url } = await ok(reader.api.get<Download>(`${path}/download`));
    await ok(ada.api.post(`${path}/versions/1.0.0/yank`, { reason: 'only yanked' }));
    assert.equal((await get(url)).status, 200);
    await ok(ada.api.delete(`${path}/versions/1.0.0`, { reason: 'now deleted' }));
    // Content that S3 serves ends as soon as it is removed.
    await waitFor('its end', async () => (await fetch(url, { method: 'GET' })).status === 404);
    if (ownAddresses === false) await refused(server.api.call('GET', url), 404, 'not-found');
  });
});

/** Refused by whoever the address leads to; the registry says why. */
async function notServed(method: string, url: string, reason = ''): Promise<void> {
  if (ownAddresses !== false) {
    const { status, body } = await fetch(url, { method });
    await body?.cancel();
    assert.ok(status >= 400 && status < 500, `${method} ${url} answered ${status}`);
    return;
  }
  const { detail } = await refused(server.api.call(method, url), 403, 'address-invalid');
  assert.ok(detail.includes(reason), detail);
}

interface ListedFile {
  readonly path: string;
  readonly sizeBytes: number;
  readonly rangeable: boolean;
  readonly digest: string;
}

describe('a file inside', () => {
  const pathOf = (path: string) =>
    `/api/packages/${packageId}/files/${path.split('/').map(encodeURIComponent).join('/')}`;
  const headersWith = (headers: Record<string, string>) => ({
    authorization: `Bearer ${reader.api.token}`,
    ...headers,
  });
  const read = (path: string, headers: Record<string, string> = {}, method = 'GET') =>
    get(server.url + pathOf(path), headersWith(headers), method);

  test('is listed without downloading, by folder, page by page, in order', async () => {
    const listed = await reader.api.all<ListedFile>(`/api/packages/${packageId}/files`, { limit: 2 });
    assert.deepEqual(
      listed.map(({ path }) => path),
      Object.keys(files).sort(),
    );
    const found = listed.find(({ path }) => path === 'weights.bin');
    assert.deepEqual(
      [found?.sizeBytes, found?.rangeable, found?.digest],
      [weights.length, true, digestOf(weights)],
    );
    const below = async (folder: string) =>
      (await reader.api.all<ListedFile>(`/api/packages/${packageId}/files`, { folder, version: '1.0.0' }))
        .length;
    assert.deepEqual(
      await Promise.all(['docs', 'docs/', 'docs/deep', 'doc', '', 'words.txt'].map(below)),
      [2, 2, 1, 0, 6, 0],
    );
  });

  test('is read whole, whatever its name', async () => {
    for (const [path, content] of Object.entries(files)) {
      const got = await read(path);
      assert.equal(got.status, 200, path);
      assert.ok(got.bytes.equals(Buffer.from(content)), path);
      assert.equal(got.headers.get('content-length'), String(Buffer.byteLength(content)));
      assert.equal(got.headers.get('content-type'), 'application/octet-stream');
      assert.match(got.headers.get('content-disposition') ?? '', /^attachment/);
      assert.equal(got.headers.get('etag'), `"${digestOf(Buffer.from(content))}"`);
    }
  });

  test('that is stored plainly is read by range, one that is compressed is given whole', async () => {
    const part = await read('weights.bin', { range: 'bytes=1000-1999' });
    assert.equal(part.status, 206);
    assert.equal(part.headers.get('content-range'), `bytes 1000-1999/${weights.length}`);
    assert.ok(part.bytes.equals(weights.subarray(1000, 2000)));
    assert.ok((await read('weights.bin', { range: 'bytes=-5' })).bytes.equals(weights.subarray(-5)));
    assert.equal((await read('weights.bin', { range: 'bytes=300000-' })).status, 416);
    assert.equal((await read('weights.bin', { range: 'bytes=0-1', 'if-range': '"another"' })).status, 200);
    const whole = await read('words.txt', { range: 'bytes=0-9' });
    assert.deepEqual([whole.status, whole.headers.get('accept-ranges')], [200, 'none']);
    assert.equal(whole.bytes.toString(), words);
  });

  test('that is not there, or would be somewhere else, is not found', async () => {
    const prefix = `/api/packages/${packageId}/files/`;
    for (const path of [
      'nothing.txt',
      'docs',
      'docs/',

      '%2e%2e/registry.db',
      '..%2f..%2fregistry.db',
      '%2fetc%2fpasswd',
    ]) {
      await refused(reader.api.get(prefix + path), 404, 'not-found');
    }
    await refused(reader.api.get(`${prefix}README.md%00`), 400, 'invalid-request');
    await refused(reader.api.get(`${prefix}README.md`, { version: '9.9.9' }), 404, 'not-found');
    const uploader = await addUser(admin, 'uploader', ['upload', 'search']);
    await refused(uploader.api.get(`${prefix}README.md`), 403, 'permission-denied');
  });

  test('is told about by HEAD without its bytes', async () => {
    const { status, headers, bytes } = await read('words.txt', {}, 'HEAD');
    assert.deepEqual([status, headers.get('content-length'), bytes.length], [200, String(words.length), 0]);
  });
});
