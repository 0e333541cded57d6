// What an upload declares, and packages that come in one request: what is refused, and that nothing of it is kept.
import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { type Answer, ok, refused, waitFor } from '../src/call.ts';
import { sendAndLeave } from '../src/odd-clients.ts';
import { begin, decided, declared, digestOf, publish, smallPackage, type Upload } from '../src/packages.ts';
import { removeTemporaryFolders, startServer } from '../src/server-process.ts';
import { addUser, enterAsAdministrator } from '../src/users.ts';

const mebibyte = 1024 * 1024;
const maximumBytes = 64 * mebibyte;

const server = await startServer({
  ASSAY_UPLOAD_MAXIMUM_BYTES: String(maximumBytes),
  ASSAY_UPLOAD_MAXIMUM_OPEN: '20',
});
const admin = await enterAsAdministrator(server);
const { api } = await addUser(admin, 'ada');
const grace = await addUser(admin, 'grace');
const small = await smallPackage();
after(async () => {
  await server.stop();
  await removeTemporaryFolders();
});

let names = 0;
const fresh = () => ({ name: `package-${++names}` });

describe('what is declared', () => {
  test('is checked before a byte is sent: size, type, digest, file name, kind', async () => {
    const body = declared(fresh(), 100);
    const begun = (change: object) => api.post('/api/uploads', { ...body, ...change });
    const large = await refused(begun({ sizeBytes: maximumBytes + 1 }), 413, 'upload-too-large');
    assert.ok(large.detail.includes(String(maximumBytes)), large.detail);
    await refused(begun({ sizeBytes: 0 }), 400, 'upload-size-mismatch');
    await refused(begun({ sizeBytes: 33 * mebibyte, method: 'form' }), 413, 'upload-too-large');
    const type = await refused(begun({ contentType: 'text/html' }), 415, 'upload-type-invalid');
    assert.ok(type.detail.includes('text/html') && type.detail.includes('application/zip'), type.detail);
    for (const fileName of ['', '../a.zip', 'a/b.zip', 'a\\b.zip', 'a\nb.zip', 'x'.repeat(256)]) {
      await refused(begun({ fileName }), 400, 'invalid-request');
    }
    for (const change of [
      { digest: 'abc' },
      { digest: 'g'.repeat(64) },
      { kind: 'thing' },
      { sizeBytes: -1 },
      { sizeBytes: 1.5 },
      { sizeBytes: '100' },
      { method: 'post' },
      { surprise: true },
    ]) {
      await refused(begun(change), 400, 'invalid-request');
    }
    assert.deepEqual(await api.all('/api/uploads'), [], 'none of them was begun');
  });

  test('is a semantic version; a leading v is dropped', async () => {
    for (const [version, label] of [
      ['v1.2.3', '1.2.3'],
      ['1.2.3-rc.1', '1.2.3-rc.1'],
      ['0.0.0', '0.0.0'],
    ]) {
      const begun = await begin(api, { ...fresh(), version: version ?? '' }, 100);
      assert.equal(begun.version, label);
    }
    for (const version of [
      '',
      '1',
      '1.2',
      '01.2.3',
      '1.2.3.4',
      'latest',
      'vv1.2.3',
      '1.2.3-',
      '1.2.3+build',
      '1.2.3-01',
      ' 1.2.3',
      '1.2.3\n',
      '../1.2.3',
      '１.2.3',
    ]) {
      const { detail } = await refused(
        api.post('/api/uploads', declared({ ...fresh(), version }, 100)),
        400,
        'label-invalid',
      );
      assert.ok(detail.includes('MAJOR.MINOR.PATCH'), detail);
    }
  });

  test('has a name without tricks', async () => {
    for (const name of ['a1', 'owner/name', 'A.b_c-d']) await begin(api, { name: `${name}-${++names}` }, 100);
    const tricks = [
      '',
      'a',
      '..',
      'a/../b',
      '/etc/passwd',
      'a//b',
      'a/b/c',
      'a b',
      'a%2fb',
      '.hidden',
      'ends-',
      'a..b',
      'con',
      'NUL',
      'com1',
      'search',
      'Upload',
      'owner/admin',
      'naïve',
      'аpple',
      'a\\b',
      'x'.repeat(97),
    ];
    for (const name of tricks) {
      await refused(api.post('/api/uploads', declared({ name }, 100)), 400, 'name-invalid');
    }
    await refused(api.post('/api/uploads', declared({ name: 'a\u0000b' }, 100)), 400, 'invalid-request');
  });

  test('cannot take a label that is used, nor a name of somebody else or one that reads like it', async () => {
    await publish(api, { name: 'My_Package' }, small);
    const again = declared({ name: 'My_Package', version: 'v1.0.0' }, 100);
    const { detail } = await refused(api.post('/api/uploads', again), 409, 'version-exists');
    assert.ok(detail.includes('1.0.0'), detail);
    for (const name of ['My_Package', 'my-package', 'MY.PACKAGE']) {
      await refused(
        grace.api.post('/api/uploads', declared({ name, version: '2.0.0' }, 100)),
        409,
        'name-taken',
      );
    }
    // The same name of another kind is another package.
    await begin(grace.api, { name: 'my-package', kind: 'dataset' }, 100);
  });
});

test('a user has so many uploads open at most; one that ends makes room', async () => {
  const user = await addUser(admin, 'opener');
  const opened = [];
  for (let i = 0; i < 20; i++) opened.push(await begin(user.api, fresh(), 100));
  const { detail } = await refused(
    user.api.post('/api/uploads', declared(fresh(), 100)),
    429,
    'upload-limit',
  );
  assert.ok(detail.includes('20'), detail);
  await ok(user.api.delete(`/api/uploads/${opened[0]?.id}`));
  await begin(user.api, fresh(), 100);
});

describe('a package in one request', () => {
  const post = async (
    fields: readonly (readonly [string, string | Blob])[],
    token = api.token,
  ): Promise<Answer<Upload>> => {
    const body = new FormData();
    for (const [name, value] of fields) {
      if (typeof value === 'string') body.append(name, value);
      else body.append(name, value, 'package.zip');
    }
    const headers = { authorization: `Bearer ${token}` };
    const response = await fetch(`${server.url}/api/packages/upload`, { method: 'POST', body, headers });
    const text = await response.text();
    return { status: response.status, headers: response.headers, text, body: JSON.parse(text) };
  };
  const fileOf = (bytes: Buffer, type = 'application/zip') => new Blob([new Uint8Array(bytes)], { type });
  const usual = (bytes = small) =>
    [
      ['package_name', fresh().name],
      ['version', '1.0.0'],
      ['file', fileOf(bytes)],
    ] as const;

  test('is uploaded, checked and published like any other', async () => {
    const bytes = await smallPackage('one request');
    const digest = ['digest', digestOf(bytes).toUpperCase()] as const;
    const uploaded = await ok(post([['kind', 'dataset'], digest, ...usual(bytes)]), 201);
    assert.deepEqual(
      [uploaded.kind, uploaded.state, uploaded.sizeBytes],
      ['dataset', 'completed', bytes.length],
    );
    assert.deepEqual((await decided(api, uploaded.id)).outcome.state, 'published');
  });

  test('needs its fields, before the file', async () => {
    const [name, version, file] = usual();
    for (const fields of [
      [name, file],
      [version, file],
      [file, name, version],
      [name, version],
      [name, version, ['file', 'text']],
    ] as const) {
      await refused(post(fields), 400, 'invalid-request');
    }
    await refused(post([['kind', 'thing'], ...usual()]), 400, 'invalid-request');
    await refused(post([['digest', 'abc'], ...usual()]), 400, 'invalid-request');
    await refused(post([name, name, version, file]), 400, 'invalid-request');
    await refused(post([name, version, ['file', fileOf(small, 'text/html')]]), 415, 'upload-type-invalid');
    await refused(
      api.post('/api/packages/upload', { package_name: 'a', version: '1.0.0' }),
      415,
      'unsupported-content-type',
    );
  });

  test('with other bytes than declared, too many, none or by nobody is refused, and nothing of it is kept', async () => {
    const before = await incomingFiles();
    const otherDigest = digestOf(Buffer.from('others'));
    const other = await refused(post([['digest', otherDigest], ...usual()]), 400, 'upload-digest-mismatch');
    assert.ok(other.detail.includes(otherDigest) && other.detail.includes(digestOf(small)), other.detail);
    await refused(post(usual(Buffer.alloc(0))), 400, 'upload-size-mismatch');
    await refused(post(usual(Buffer.alloc(maximumBytes + 1))), 413, 'upload-too-large');
    await refused(post(usual(), 'nobody'), 401, 'token-invalid');
    await waitFor('the removal of what arrived', async () =>
      (await incomingFiles()).every((path) => before.includes(path)),
    );
  });

  test('that breaks off leaves nothing, and its label is free', async () => {
    const before = await incomingFiles();
    const { name } = fresh();
    const head = ['package_name', name, 'version', '1.0.0']
      .map((text, i) =>
        i % 2 === 0 ? `--b\r\ncontent-disposition: form-data; name="${text}"\r\n\r\n` : `${text}\r\n`,
      )
      .join('');
    const file =
      '--b\r\ncontent-disposition: form-data; name="file"; filename="a.zip"\r\ncontent-type: application/zip\r\n\r\n';
    const bytes = Buffer.concat([Buffer.from(head + file), Buffer.alloc(5 * mebibyte, 1)]);
    const headers = {
      'content-type': 'multipart/form-data; boundary=b',
      authorization: `Bearer ${api.token}`,
    };
    await sendAndLeave('POST', `${server.url}/api/packages/upload`, headers, bytes);
    await waitFor('the removal of what arrived', async () =>
      (await incomingFiles()).every((path) => before.includes(path)),
    );
    await publish(api, { name }, small);
  });
});

async function incomingFiles(): Promise<string[]> {
  return (await server.stored()).filter((path) => path.startsWith('incoming/'));
}
