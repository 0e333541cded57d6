import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { packageKey } from '../../src/core/content/index.ts';
import { anHourLater, describeOnEveryContent, describeOnOwnContent, put } from '../support/content.ts';
import { problemOf } from '../support/content-client.ts';
import { randomness } from '../support/samples.ts';

const bytes = Buffer.from('0123456789');
const digest = createHash('sha256').update(bytes).digest('hex');
const etag = `"${digest}"`;
const structuredDigest = `sha-256=:${createHash('sha256').update(bytes).digest('base64')}:`;

describeOnOwnContent('ServingStore at own addresses', (under) => {
  async function address(): Promise<string> {
    await put(under().content, packageKey(digest), bytes);
    return under().serving.addressContent(
      packageKey(digest),
      { digest, fileName: 'müsli 1.0.zip', contentType: 'application/zip', versionId: 'v-1' },
      anHourLater,
    );
  }

  async function get(headers: Record<string, string> = {}, method = 'GET'): Promise<Response> {
    return fetch(await address(), { method, headers });
  }

  test('a GET answers all bytes, with what they are and how to keep and check them', async () => {
    const answer = await get();
    assert.equal(answer.status, 200);
    assert.equal(await answer.text(), String(bytes));
    const expected = {
      'content-length': '10',
      'content-type': 'application/zip',
      'content-disposition': `attachment; filename="m_sli 1.0.zip"; filename*=UTF-8''m%C3%BCsli%201.0.zip`,
      etag,
      'accept-ranges': 'bytes',
      'cache-control': 'private, immutable',
      'x-content-type-options': 'nosniff',
      'repr-digest': structuredDigest,
      'content-digest': structuredDigest,
    };
    const found = Object.fromEntries(Object.keys(expected).map((name) => [name, answer.headers.get(name)]));
    assert.deepEqual(found, expected);
  });

  test('a HEAD answers the same head and no bytes, whatever range it names', async () => {
    const answer = await get({ range: 'bytes=2-3' }, 'HEAD');
    assert.equal(answer.status, 200);
    assert.equal(answer.headers.get('content-length'), '10');
    assert.equal(answer.headers.get('etag'), etag);
    assert.equal(await answer.text(), '');
  });

  const ranges: [range: string, text: string, place: string][] = [
    ['bytes=0-0', '0', 'bytes 0-0/10'],
    ['bytes=4-6', '456', 'bytes 4-6/10'],
    ['bytes=7-', '789', 'bytes 7-9/10'],
    ['bytes=8-100', '89', 'bytes 8-9/10'],
    ['bytes=-2', '89', 'bytes 8-9/10'],
    ['bytes=-100', '0123456789', 'bytes 0-9/10'],
  ];
  for (const [range, text, place] of ranges) {
    test(`${range} answers 206 with those bytes and where they lie`, async () => {
      const answer = await get({ range });
      assert.equal(answer.status, 206);
      assert.equal(answer.headers.get('content-range'), place);
      assert.equal(answer.headers.get('content-length'), String(text.length));
      assert.equal(answer.headers.get('repr-digest'), structuredDigest);
      assert.equal(answer.headers.get('content-digest'), null);
      assert.equal(await answer.text(), text);
    });
  }

  for (const range of ['bytes=10-', 'bytes=99-100', 'bytes=-0']) {
    test(`${range} lies outside: 416 with the size`, async () => {
      const answer = await get({ range });
      assert.equal(answer.headers.get('content-range'), 'bytes */10');
      const problem = await problemOf(answer);
      assert.deepEqual([problem.status, problem.code], [416, 'range-not-satisfiable']);
    });
  }

  for (const range of ['bytes=5-2', 'bytes=x-', 'pages=1-2', 'bytes=0-1,3-4', 'bytes=']) {
    test(`${range} is no range to keep to: 200 with everything`, async () => {
      const answer = await get({ range });
      assert.equal(answer.status, 200);
      assert.equal(await answer.text(), String(bytes));
    });
  }

  test('If-Range keeps a range only for the same content', async () => {
    const statusOf = async (ifRange: string) => {
      const answer = await get({ range: 'bytes=1-2', 'if-range': ifRange });
      await answer.bytes();
      return answer.status;
    };
    assert.equal(await statusOf(etag), 206);
    assert.equal(await statusOf('"another"'), 200);
    assert.equal(await statusOf(`W/${etag}`), 200);
    assert.equal(await statusOf('Sat, 31 Jan 2026 12:00:00 GMT'), 200);
  });

  test('If-None-Match answers 304 to who has the content', async () => {
    for (const header of [etag, `W/${etag}`, `"x", ${etag}`, '*']) {
      const answer = await get({ 'if-none-match': header });
      assert.equal(answer.status, 304);
      assert.equal(answer.headers.get('etag'), etag);
      assert.equal(await answer.text(), '');
    }
    assert.equal((await get({ 'if-none-match': '"another"' })).status, 200);
  });

  test('If-Match answers 412 to who wants other content', async () => {
    assert.equal((await get({ 'if-match': etag })).status, 200);
    assert.equal((await problemOf(await get({ 'if-match': '"another"' }))).status, 412);
  });

  test('an empty object is served', async () => {
    const empty = createHash('sha256').digest('hex');
    await put(under().content, packageKey(empty), '');
    const served = { digest: empty, fileName: 'a', contentType: 'nonsense', versionId: 'v' };
    const answer = await fetch(await under().serving.addressContent(packageKey(empty), served, anHourLater));
    assert.deepEqual([answer.status, answer.headers.get('content-length')], [200, '0']);
    assert.equal(answer.headers.get('content-type'), 'application/octet-stream');
  });

  test('no field of an address can be changed, added, left out or said twice', async () => {
    const good = new URL(await address());
    const names = [...good.searchParams.keys()];
    assert.deepEqual(names.toSorted(), [
      'expires',
      'name',
      'nonce',
      'signature',
      'signed-by',
      'type',
      'version',
    ]);
    const changes = names.flatMap((name) => [
      (url: URL) => url.searchParams.set(name, `${url.searchParams.get(name)}0`),
      (url: URL) => url.searchParams.delete(name),
      (url: URL) => url.searchParams.append(name, `${url.searchParams.get(name)}`),
    ]);
    changes.push((url) => url.searchParams.set('more', '1'));
    changes.push((url) => {
      url.pathname = `/content/packages/${'0'.repeat(64)}`;
    });
    for (const change of changes) {
      const url = new URL(good);
      change(url);
      const problem = await problemOf(await fetch(url));
      assert.deepEqual([problem.status, problem.code], [403, 'address-invalid'], String(url));
    }
    assert.equal((await fetch(good)).status, 200);
  });

  test('an address is refused from its expiry on, and says when that was', async () => {
    const url = await address();
    under().clock.set(new Date(anHourLater.getTime() - 1));
    assert.equal((await fetch(url)).status, 200);
    under().clock.set(anHourLater);
    const problem = await problemOf(await fetch(url));
    assert.equal(problem.code, 'address-invalid');
    assert.match(problem.detail, /2026-01-31T13:00:00.000Z/);
  });

  test('an address is for reading only', async () => {
    for (const method of ['POST', 'PUT', 'PATCH', 'DELETE']) {
      const problem = await problemOf(await get({}, method));
      assert.deepEqual([problem.status, problem.code], [403, 'address-invalid']);
    }
  });

  test('a version that may not be read any more stops at once, and looks like one that never was', async () => {
    const url = await address();
    under().hiddenVersions.add('v-1');
    const hidden = await problemOf(await fetch(url));
    under().hiddenVersions.clear();
    await under().content.remove(packageKey(digest));
    const gone = await problemOf(await fetch(url));
    assert.deepEqual([hidden.status, hidden.detail], [404, gone.detail]);
  });
});

describeOnEveryContent('ServingStore', (under) => {
  const address = async (versionId = 'v-1') => {
    await put(under().content, packageKey(digest), bytes);
    const served = { digest, fileName: 'müsli 1.0.zip', contentType: 'application/zip', versionId };
    return under().serving.addressContent(packageKey(digest), served, anHourLater);
  };

  test('a GET answers all bytes, named as they should be saved', async () => {
    const answer = await fetch(await address());
    assert.equal(answer.status, 200);
    assert.equal(answer.headers.get('content-length'), '10');
    assert.equal(answer.headers.get('content-type'), 'application/zip');
    assert.equal(
      answer.headers.get('content-disposition'),
      `attachment; filename="m_sli 1.0.zip"; filename*=UTF-8''m%C3%BCsli%201.0.zip`,
    );
    assert.equal(answer.headers.get('cache-control'), 'private, immutable');
    assert.equal(answer.headers.get('accept-ranges'), 'bytes');
    assert.equal(await answer.text(), String(bytes));
  });

  test('a range is answered with those bytes, as long as the object is the one that they were begun of', async () => {
    const url = await address();
    const whole = await fetch(url);
    await whole.bytes();
    const tag = whole.headers.get('etag') ?? '';
    const answer = await fetch(url, { headers: { range: 'bytes=4-6', 'if-match': tag } });
    assert.deepEqual([answer.status, await answer.text()], [206, '456']);
    assert.equal(answer.headers.get('content-range'), 'bytes 4-6/10');
    const other = await fetch(url, { headers: { range: 'bytes=4-6', 'if-match': '"another"' } });
    await other.bytes();
    assert.equal(other.status, 412);
    const outside = await fetch(url, { headers: { range: 'bytes=10-' } });
    await outside.bytes();
    assert.equal(outside.status, 416);
  });

  test('an address is for reading this object only', async () => {
    const url = await address();
    for (const method of ['POST', 'PUT', 'DELETE']) {
      const answer = await fetch(url, { method });
      await answer.bytes();
      assert.ok(answer.status >= 400 && answer.status < 500, `${method} answered ${answer.status}`);
    }
    const changed = new URL(url);
    changed.pathname = changed.pathname.replace(digest, '0'.repeat(64));
    const answer = await fetch(changed);
    await answer.bytes();
    assert.equal(answer.status, 403);
    assert.equal(await (await fetch(url)).text(), String(bytes));
  });

  test('no field of an address can be changed', async () => {
    const good = new URL(await address());
    for (const name of good.searchParams.keys()) {
      const url = new URL(good);
      url.searchParams.set(name, `${url.searchParams.get(name)}0`);
      const answer = await fetch(url);
      await answer.bytes();
      assert.ok(answer.status >= 400 && answer.status < 500, `${name}: answered ${answer.status}`);
    }
  });

  test('100 MB come back as they were, while others read pieces of them', async () => {
    const large = randomness.bytes(100_000_000);
    const hash = createHash('sha256').update(large).digest('hex');
    await put(under().content, packageKey(hash), large);
    const served = { digest: hash, fileName: 'a', contentType: 'application/zip', versionId: 'v' };
    const url = await under().serving.addressContent(packageKey(hash), served, anHourLater);
    const pieces = [0, 1, 2].map(async (third) => {
      const [start, end] = [third * 33_000_000, third * 33_000_000 + 34_000_000];
      const answer = await fetch(url, { headers: { range: `bytes=${start}-${end - 1}` } });
      assert.ok(Buffer.from(await answer.bytes()).equals(large.subarray(start, end)));
    });
    const whole = fetch(url).then(async (answer) => assert.ok(large.equals(await answer.bytes())));
    await Promise.all([whole, ...pieces]);
  });
});
