// The main job, by real packages: start, upload, see it checked and published or quarantined, find it, download it.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createReadStream } from 'node:fs';
import { open, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { after, describe, test } from 'node:test';
import { corruptPackage, encryptedPackage, linkingPackage, unsafePackage } from '../src/bad-packages.ts';
import { type Api, ok, type Page, refused } from '../src/call.ts';
import { etagOf, onlyEmbedded } from '../src/engines.ts';
import {
  begin,
  type Download,
  decided,
  digestOf,
  type Package,
  publish,
  sendPart,
  type Upload,
  upload,
  type Version,
  zipFiles,
} from '../src/packages.ts';
import { installedPackage } from '../src/real-packages.ts';
import {
  AssayProcess,
  filesBelow,
  removeTemporaryFolders,
  root,
  ServerProcess,
  startServer,
  temporaryFolder,
} from '../src/server-process.ts';
import { addGroup, addUser, enterAsAdministrator, logIn, newPassword } from '../src/users.ts';

const server = await startServer();
const admin = await enterAsAdministrator(server);
const ada = await addUser(admin, 'ada');
const reader = await addUser(admin, 'reader', ['search', 'download']);
const reviewer = await addUser(admin, 'reviewer', ['search']);
await addGroup(admin, 'reviewers', [reviewer]);
after(async () => {
  await server.stop();
  await removeTemporaryFolders();
});

describe('the first start', () => {
  test('prints a password that is good for nothing but being changed; later starts print none', async () => {
    const first = await startServer();
    const oneTime = await first.oneTimePassword();
    const { token, mustChangePassword } = await logIn(first.api, 'admin', oneTime);
    assert.equal(mustChangePassword, true);
    const api = first.api.as(token);
    await refused(api.get('/api/packages'), 403, 'password-change-required');
    await refused(
      api.post('/api/tokens', { name: 'x', permissions: ['admin'] }),
      403,
      'password-change-required',
    );
    const password = newPassword();
    await ok(api.put('/api/auth/password', { currentPassword: oneTime, newPassword: password }), 204);
    await ok(api.get('/api/packages'));
    await refused(
      first.api.post('/api/auth/login', { name: 'admin', password: oneTime }),
      401,
      'login-failed',
    );
    await first.stop();

    const second = await first.again();
    await logIn(second.api, 'admin', password);
    await second.stop();
    assert.doesNotMatch(second.output, /one-time password/);
    // A session outlives a restart, as its key does.
    assert.ok(
      !first.output.includes(password) && !second.output.includes(password),
      'no password in the log',
    );
  });

  test('lets nobody else of the machine read its data and secrets', { skip: onlyEmbedded }, async () => {
    const modeOf = async (path: string) => (await stat(join(server.dataFolder, path))).mode & 0o777;
    assert.equal(await modeOf('.'), 0o700);
    const secrets = [...(await filesBelow(server.dataFolder)).keys()].filter((path) =>
      path.startsWith('secrets/'),
    );
    assert.ok(secrets.length >= 3, secrets.join(' '));
    for (const path of secrets) assert.equal(await modeOf(path), 0o600, path);
  });

  test('is what npm start does, and its stop stops the server', async () => {
    const data = join(await temporaryFolder(), 'data');
    const child = spawn(process.execPath, [join(root, 'tools/run.mjs'), 'server/src/main.ts', 'serve'], {
      env: { ...process.env, ASSAY_PORT: '0', ASSAY_DATA: data },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let output = '';
    const exited = once(child, 'exit');
    for await (const text of child.stdout.setEncoding('utf8')) {
      output += text;
      if (/one-time password/.test(output)) child.kill('SIGTERM');
    }
    assert.deepEqual(await exited, [0, null]);
    const [, url = ''] = /^Assay is ready at (\S+)$/m.exec(output) ?? [];
    await assert.rejects(fetch(url), 'nobody answers any more');
  });

  test('on a port that is taken fails with the reason, and the password that it printed is good', async () => {
    const data = join(await temporaryFolder(), 'data');
    const failing = await AssayProcess.launch(['serve'], data, { ASSAY_PORT: new URL(server.url).port });
    assert.deepEqual(await failing.exit(), { code: 1, signal: null });
    assert.match(failing.complaints, /EADDRINUSE/);
    const [, password = ''] = /one-time password (\S+)/.exec(failing.output) ?? [];
    const next = await ServerProcess.start(data);
    await logIn(next.api, 'admin', password);
    await next.stop();
  });
});

describe('a real package with a model', () => {
  test('is checked, published, found and downloaded as it was', async () => {
    const path = join(await temporaryFolder(), 'vad.zip');
    await zipFiles(await installedPackage('@ricky0123/vad-web'), path);
    const bytes = await readFile(path);
    const published = await publish(
      ada.api,
      { kind: 'model', name: 'ricky0123/vad-web', version: 'v0.0.31' },
      bytes,
    );

    const found = await ok(reader.api.get<Page<Package>>('/api/packages/search', { q: 'vad' }));
    assert.deepEqual(
      found.items.map(({ id, name, kind }) => ({ id, name, kind })),
      [{ id: published.packageId, name: 'ricky0123/vad-web', kind: 'model' }],
    );
    const version = await ok(reader.api.get<Version>(`/api/packages/${published.packageId}/versions/0.0.31`));
    assert.equal(version.digest, digestOf(bytes));
    assert.equal(version.license, 'ISC');
    assert.equal(version.report?.verdict, 'passed');
    const files = await reader.api.all<{ path: string }>(`/api/packages/${published.packageId}/files`);
    assert.ok(files.some(({ path }) => path.endsWith('.onnx')));
    assert.deepEqual(await downloaded(reader.api, published.packageId), {
      digest: digestOf(bytes),
      sizeBytes: bytes.length,
    });
  });

  test('of several hundred megabytes is sent in parts, checked, published and downloaded as it was', async (t) => {
    const path = join(await temporaryFolder(), 'large.zip');
    const files = await Promise.all(
      ['onnxruntime-web', '@ricky0123/vad-web', 'node'].map((name, i) => installedPackage(name, `part-${i}`)),
    );
    await zipFiles(new Map(files.flatMap((some) => [...some])), path);
    const { size } = await stat(path);
    assert.ok(size > 200_000_000, `${size} bytes`);
    const digest = await digestOfFile(path);

    const startedAt = performance.now();
    const begun = await begin(ada.api, { kind: 'code', name: 'large-package' }, size, { digest });
    assert.equal(begun.method, 'parts');
    await sendParts(begun, path);
    const completed = await ok(ada.api.post<Upload>(`/api/uploads/${begun.id}/complete`));
    const { outcome } = await decided(ada.api, begun.id);
    t.diagnostic(`${size} bytes sent and decided in ${Math.round(performance.now() - startedAt)} ms`);
    assert.equal(outcome.state, 'published', outcome.reason ?? '');
    assert.deepEqual(await downloaded(reader.api, completed.packageId ?? ''), { digest, sizeBytes: size });
  });
});

describe('a bad package', () => {
  const bad = [
    ['with a path that leads outside', unsafePackage, 'archive.unsafe-path'],
    ['with an encrypted file', encryptedPackage, 'archive.encrypted'],
    ['with a damaged file', corruptPackage, 'archive.wrong-crc'],
    ['that is no archive at all', async () => Buffer.from('MZ this is a program'), 'archive.not-a-zip'],
  ] as const;
  for (const [what, make, rule] of bad) {
    test(`${what} is quarantined, and uploader and reviewer are told why`, async () => {
      const { id } = await upload(ada.api, { name: rule.replace('.', '-') }, await make());
      const { outcome, versionId, packageId } = await decided(ada.api, id);
      assert.equal(outcome.state, 'quarantined');
      assert.match(outcome.reason ?? '', new RegExp(`^${rule}: `));

      const waiting = await reviewer.api.all<Version>('/api/quarantine');
      const listed = waiting.find((version) => version.id === versionId);
      assert.equal(listed?.reason, outcome.reason);
      const found = await ok(reviewer.api.get<{ report: Upload['outcome'] }>(`/api/quarantine/${versionId}`));
      assert.ok(JSON.stringify(found.report).includes(`"${rule}"`));
      await refused(reader.api.get(`/api/packages/${packageId}`), 404, 'not-found');
      await refused(reader.api.get(`/api/quarantine/${versionId}`), 403, 'permission-denied');
      await refused(
        ada.api.get(`/api/packages/${packageId}/download`, { version: '1.0.0' }),
        404,
        'not-found',
      );
    });
  }

  test('is looked into by reviewers, file by file, and by nobody else', async () => {
    const { id } = await upload(ada.api, { name: 'looked-into' }, await linkingPackage());
    const { versionId } = await decided(ada.api, id);
    const path = `/api/quarantine/${versionId}/files`;
    const listed = await reviewer.api.all<{ path: string }>(path);
    assert.deepEqual(
      listed.map((file) => file.path),
      ['README.md', 'passwords'],
    );
    assert.equal((await reviewer.api.get(`${path}/README.md`)).text, 'words');
    assert.equal((await reviewer.api.get(`${path}/passwords`)).text, '/etc/passwd', 'what the link says');
    for (const { api } of [ada, reader]) {
      await refused(api.get(path), 403, 'permission-denied');
      await refused(api.get(`${path}/README.md`), 403, 'permission-denied');
    }
    await refused(reviewer.api.get(`${path}/nothing`), 404, 'not-found');
    const { items } = await ok(
      admin.api.get<Page<object>>('/api/audit', {
        operation: 'quarantine.read-file',
        version: versionId ?? '',
      }),
    );
    assert.ok(items.length > 0, 'each look is on record');
  });

  test('that a reviewer releases with a reason is published, the reason on record', async () => {
    const bytes = await corruptPackage('harmless after all');
    const { id } = await upload(ada.api, { name: 'released' }, bytes);
    const { versionId, packageId } = await decided(ada.api, id);
    await refused(
      reviewer.api.post(`/api/quarantine/${versionId}/release`, { reason: '' }),
      400,
      'invalid-request',
    );
    const reason = 'Looked at by hand: the file is known.';
    await ok(reviewer.api.post(`/api/quarantine/${versionId}/release`, { reason }), 202);
    const { outcome } = await decided(ada.api, id);
    assert.equal(outcome.state, 'published');
    assert.equal(outcome.reason, reason);
    assert.equal((await downloaded(reader.api, packageId ?? '')).digest, digestOf(bytes));
    await refused(reviewer.api.post(`/api/quarantine/${versionId}/reject`, { reason }), 404, 'not-found');
  });

  test('that a reviewer rejects is gone, bytes and all, and its label is free for a good one', async () => {
    const { id } = await upload(ada.api, { name: 'rejected' }, await unsafePackage('to be rejected'));
    const { versionId, packageId } = await decided(ada.api, id);
    await ok(reviewer.api.post(`/api/quarantine/${versionId}/reject`, { reason: 'It leads outside.' }), 200);
    const { outcome } = await decided(ada.api, id);
    assert.deepEqual([outcome.state, outcome.reason], ['rejected', 'It leads outside.']);
    const again = await publish(ada.api, { name: 'rejected' });
    assert.equal(again.packageId, packageId);
    assert.ok(!(await server.stored()).includes(`quarantine/${versionId}`));
  });

  test('is rejected at once when its bytes are not those that were declared', async () => {
    const digest = digestOf(Buffer.from('something else'));
    const { id } = await upload(ada.api, { name: 'other-bytes' }, await unsafePackage(), { digest });
    const { outcome } = await decided(ada.api, id);
    assert.equal(outcome.state, 'rejected');
    assert.ok(outcome.reason?.includes(digest), outcome.reason ?? '');
  });
});

test('what is published stays published when the server is killed and started again', async () => {
  const first = await startServer();
  const owner = await enterAsAdministrator(first);
  const { packageId, digest } = await publish(owner.api, { name: 'kept' });
  await first.kill();
  const second = await first.again();
  // The same personal token, the same session: neither is bound to the process.
  const api = second.api.as(owner.api.token);
  assert.equal((await downloaded(api, packageId)).digest, digest);
  await ok(second.api.as(owner.session.token).get('/api/auth/me'));
  await second.stop();
});

async function downloaded(api: Api, packageId: string): Promise<{ digest: string; sizeBytes: number }> {
  const { url, digest } = await ok(api.get<Download>(`/api/packages/${packageId}/download`));
  const response = await fetch(url);
  assert.equal(response.status, 200);
  assert.match(response.headers.get('etag') ?? '', etagOf(digest));
  const hash = createHash('sha256');
  let sizeBytes = 0;
  for await (const chunk of response.body ?? []) {
    hash.update(chunk);
    sizeBytes += chunk.length;
  }
  assert.equal(response.headers.get('content-length'), String(sizeBytes));
  return { digest: hash.digest('hex'), sizeBytes };
}

async function sendParts({ parts }: Upload, path: string): Promise<void> {
  const file = await open(path);
  try {
    for (const { partNumber, url } of parts?.addresses ?? []) {
      const buffer = Buffer.alloc(parts?.sizeBytes ?? 0);
      const { bytesRead } = await file.read(buffer, 0, buffer.length, (partNumber - 1) * buffer.length);
      await ok(sendPart(url, buffer.subarray(0, bytesRead)), 200);
    }
  } finally {
    await file.close();
  }
}

async function digestOfFile(path: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  return hash.digest('hex');
}
