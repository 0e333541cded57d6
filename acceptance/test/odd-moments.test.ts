// Things that happen at a bad moment: nothing is lost that was acknowledged, nothing is kept that was taken back.
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { request } from 'node:http';
import { after, test } from 'node:test';
import { unsafePackage } from '../src/bad-packages.ts';
import { ok, pause, refused, waitFor } from '../src/call.ts';
import {
  begin,
  type Download,
  decided,
  declared,
  digestOf,
  type Package,
  publish,
  sendForm,
  sendPart,
  smallPackage,
  type Upload,
  upload,
  zipOf,
} from '../src/packages.ts';
import { removeTemporaryFolders, startServer } from '../src/server-process.ts';
import { addGroup, addUser, enterAsAdministrator } from '../src/users.ts';

const mebibyte = 1024 * 1024;
const server = await startServer({ ASSAY_TRANSFER_IDLE_TIMEOUT_MS: '700' });
const admin = await enterAsAdministrator(server);
const ada = await addUser(admin, 'ada');
const grace = await addUser(admin, 'grace');
const small = await smallPackage();
const large = await zipOf({ 'weights.bin': randomBytes(20 * mebibyte) }, ['weights.bin']);
after(async () => {
  await server.stop();
  await removeTemporaryFolders();
});

const stored = async (digest: string) => (await server.stored()).some((path) => path.includes(digest));

test('a package that is deleted while a version of it is being checked keeps not one byte', async () => {
  const { packageId } = await publish(ada.api, { name: 'deleted-meanwhile' });
  const bytes = await zipOf({ 'weights.bin': randomBytes(60 * mebibyte) }, ['weights.bin']);
  const { id, versionId } = await upload(ada.api, { name: 'deleted-meanwhile', version: '2.0.0' }, bytes);
  await ok(ada.api.delete(`/api/packages/${packageId}`, { reason: 'changed my mind' }), 204);
  await decided(ada.api, id);
  for (const { api } of [ada, admin]) {
    await refused(api.get(`/api/packages/${packageId}/versions/2.0.0`), 404, 'not-found');
    await refused(api.get(`/api/packages/${packageId}/download`, { version: '2.0.0' }), 404, 'not-found');
  }
  await waitFor(
    'the removal of its bytes',
    async () =>
      !(await server.stored()).some((path) =>
        [digestOf(bytes), versionId ?? '', id].some((part) => path.includes(part)),
      ),
    { timeoutMs: 15_000 },
  );
});

test('a package that is deleted while a version waits for review keeps not one byte', async () => {
  const { packageId } = await publish(ada.api, { name: 'deleted-in-quarantine' });
  const { id } = await upload(
    ada.api,
    { name: 'deleted-in-quarantine', version: '2.0.0' },
    await unsafePackage('in review'),
  );
  const { versionId } = await decided(ada.api, id);
  assert.equal(await stored(versionId ?? ''), true);
  await ok(ada.api.delete(`/api/packages/${packageId}`, { reason: 'changed my mind' }), 204);
  await waitFor('the removal of its bytes', async () => !(await stored(versionId ?? '')));
  await refused(
    admin.api.post(`/api/quarantine/${versionId}/release`, { reason: 'too late' }),
    404,
    'not-found',
  );
});

test('of two users who bring the same new name at the same time one gets it, the other is told', async () => {
  const both = await Promise.all(
    [ada, grace].map(({ api }) => begin(api, { name: 'wanted-by-two' }, small.length)),
  );
  for (const { form } of both) {
    assert.ok(form);
    await ok(sendForm(form, small), 204);
  }
  const answers = await Promise.all(
    [ada, grace].map(({ api }, i) => api.post(`/api/uploads/${both[i]?.id}/complete`)),
  );
  assert.deepEqual(answers.map(({ status }) => status).sort(), [200, 409]);
  for (const answer of answers.filter(({ status }) => status === 409))
    await refused(Promise.resolve(answer), 409, 'name-taken');
});

test('who loses the right to publish before completing does not publish', async () => {
  const groupId = await addGroup(admin, 'publishers', [ada, grace]);
  const { packageId } = await publish(ada.api, { name: 'right-lost' });
  await ok(ada.api.patch(`/api/packages/${packageId}`, { groupId }));
  const begun = await begin(grace.api, { name: 'right-lost', version: '2.0.0' }, small.length);
  assert.ok(begun.form);
  await ok(sendForm(begun.form, small), 204);
  await ok(admin.api.delete(`/api/groups/${groupId}/members/${grace.id}`), 204);
  await refused(grace.api.post(`/api/uploads/${begun.id}/complete`), 409, 'name-taken');
  await ok(admin.api.put(`/api/groups/${groupId}/members/${grace.id}`), 204);
  await ok(grace.api.post(`/api/uploads/${begun.id}/complete`), 200);
});

test('what a user has uploaded is decided, also when the user is deleted meanwhile', async () => {
  const leaver = await addUser(admin, 'leaver');
  const { id, packageId } = await upload(leaver.api, { name: 'left-behind' }, large);
  await ok(admin.api.delete(`/api/users/${leaver.id}`), 204);
  assert.equal((await decided(admin.api, id)).outcome.state, 'published');
  const found = await ok(ada.api.get<Package>(`/api/packages/${packageId}`));
  assert.equal(found.owner.name, 'leaver');
});

test('a label is taken from its completion on, be the version pending, quarantined or published', async () => {
  const named = { name: 'label-taken' };
  const { id } = await upload(ada.api, named, await unsafePackage('label'));
  await refused(ada.api.post('/api/uploads', declared(named, 100)), 409, 'version-exists');
  await decided(ada.api, id);
  await refused(ada.api.post('/api/uploads', declared(named, 100)), 409, 'version-exists');
});

test('a client that stops sending is cut off, and nothing of its part is kept; it goes on with a new connection', async () => {
  const begun = await begin(ada.api, { name: 'stalled' }, large.length, { method: 'parts' });
  const [first] = begun.parts?.addresses ?? [];
  assert.ok(first);
  const sending = request(first.url, { method: 'PUT', headers: { 'content-length': 8 * mebibyte } });
  const failed = once(sending, 'error');
  sending.write(large.subarray(0, mebibyte));
  await failed;
  assert.deepEqual((await ok(ada.api.get<Upload>(`/api/uploads/${begun.id}`))).parts?.received, []);
  await ok(sendPart(first.url, large.subarray(0, 8 * mebibyte)), 200);
});

test('an upload that is aborted while a part comes in takes not one byte more', async () => {
  const begun = await begin(ada.api, { name: 'aborted-meanwhile' }, large.length, { method: 'parts' });
  const [first] = begun.parts?.addresses ?? [];
  assert.ok(first);
  const sending = request(first.url, { method: 'PUT', headers: { 'content-length': 8 * mebibyte } });
  const over = new Promise((resolve) => sending.once('error', resolve).once('response', resolve));
  sending.write(large.subarray(0, 4 * mebibyte));
  await ok(ada.api.delete(`/api/uploads/${begun.id}`));
  sending.end(large.subarray(4 * mebibyte, 8 * mebibyte));
  const answer = await over;
  if (!(answer instanceof Error)) assert.equal((answer as { statusCode: number }).statusCode, 409);
  await waitFor('the removal of its bytes', async () => !(await stored(begun.id)));
  await pause(300);
  assert.equal(await stored(begun.id), false);
});

test('who stops reading a download is cut off, and others are not kept waiting', async () => {
  const { packageId } = await publish(ada.api, { name: 'not-read' }, large);
  const { url } = await ok(ada.api.get<Download>(`/api/packages/${packageId}/download`));
  const reading = request(url);
  reading.end();
  const [response] = await once(reading, 'response');
  response.pause();
  const [whole] = await Promise.all([fetch(url).then((answer) => answer.arrayBuffer()), pause(2_500)]);
  assert.equal(digestOf(Buffer.from(whole)), digestOf(large));
  const ended = await new Promise((resolve) => {
    response.once('error', () => resolve('cut')).once('end', () => resolve('whole'));
    response.resume();
  });
  assert.equal(ended, 'cut');
});

test('a form whose address is lost can be had again while the upload is open', async () => {
  const begun = await begin(ada.api, { name: 'lost-form' }, small.length);
  const { form } = await ok(ada.api.get<Upload>(`/api/uploads/${begun.id}`));
  assert.ok(form);
  await ok(sendForm(form, small), 204);
  await ok(ada.api.post(`/api/uploads/${begun.id}/complete`));
  assert.equal((await ok(ada.api.get<Upload>(`/api/uploads/${begun.id}`))).form, undefined);
});
