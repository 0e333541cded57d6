// How bytes come in: forms, parts and single requests, with everything that can go wrong on the way.
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { after, describe, test } from 'node:test';
import { ok, refused, waitFor } from '../src/call.ts';
import { ownAddresses, refusedThere } from '../src/engines.ts';
import { sendAndLeave, sendUnannounced } from '../src/odd-clients.ts';
import {
  begin,
  decided,
  digestOf,
  type PartAddress,
  publish,
  sendForm,
  sendPart,
  smallPackage,
  type Upload,
  upload,
  zipOf,
} from '../src/packages.ts';
import { removeTemporaryFolders, type ServerProcess, startServer } from '../src/server-process.ts';
import { addUser, enterAsAdministrator } from '../src/users.ts';

const mebibyte = 1024 * 1024;

const server = await startServer();
const admin = await enterAsAdministrator(server);
const ada = await addUser(admin, 'ada');
const { api } = ada;
const grace = await addUser(admin, 'grace');
const small = await smallPackage();
/** Three parts: two of 8 MiB and a rest. */
const large = await zipOf({ 'README.md': '# Large\n', 'weights.bin': randomBytes(20 * mebibyte) }, [
  'weights.bin',
]);
after(async () => {
  await server.stop();
  await removeTemporaryFolders();
});

let names = 0;
const fresh = () => ({ name: `package-${++names}` });

describe('a form', () => {
  test('is what a small upload gets: one address and the conditions it is signed for, for one hour', {
    skip: ownAddresses,
  }, async () => {
    const { method, form, parts, createdAt } = await begin(api, fresh(), small.length);
    assert.equal(method, 'form');
    assert.equal(parts, undefined);
    assert.ok(form);
    assert.equal(form.fields['Content-Type'], 'application/zip');
    assert.equal(form.fields['minimum-bytes'], String(small.length));
    assert.equal(form.fields['maximum-bytes'], String(small.length));
    assert.ok('key' in form.fields && 'x-assay-encryption' in form.fields && 'signature' in form.fields);
    const lifetime = Date.parse(form.expiresAt) - Date.parse(createdAt);
    assert.ok(Math.abs(lifetime - 3_600_000) < 5_000, `${lifetime} ms`);
  });

  test('brings in a package', async () => {
    await publish(api, fresh(), small);
  });

  test('with any condition changed, left out or added is refused', async () => {
    const { id, form } = await begin(api, fresh(), small.length);
    assert.ok(form);
    // What every S3 server looks at; the registry looks at all.
    const bySignature = ['key', 'Content-Type', 'Policy', 'X-Amz-Signature'];
    const names = Object.keys(form.fields).filter((name) => !ownAddresses || bySignature.includes(name));
    const changes: Record<string, string>[] = names.flatMap((name) => {
      const { [name]: value = '', ...others } = form.fields;
      const last = value.at(-1) === '1' ? '2' : '1';
      return [others, { ...form.fields, [name]: value.slice(0, -1) + last }];
    });
    if (!ownAddresses) changes.push({ ...form.fields, extra: 'field' });
    for (const fields of changes)
      await refusedThere(sendForm({ ...form, fields }, small), 403, 'address-invalid');
    await nothingArrived(id);
    await ok(sendForm(form, small), 204);
  });

  test('takes exactly the declared bytes, and says how many came', async () => {
    const { id, form } = await begin(api, fresh(), small.length);
    assert.ok(form);
    const size = (bytes: Buffer) => String(bytes.length);
    const [more, fewer] = [Buffer.concat([small, small]), small.subarray(1)];
    await refusedThere(sendForm(form, more), 400, 'upload-size-mismatch', size(small));
    await refusedThere(sendForm(form, fewer), 400, 'upload-size-mismatch', size(fewer));
    const missing = await refused(api.post(`/api/uploads/${id}/complete`), 409, 'upload-incomplete');
    assert.ok(missing.detail.includes(id));
    await nothingArrived(id);
    await ok(sendForm(form, small), 204);
    await ok(api.post(`/api/uploads/${id}/complete`));
  });

  test('is good for one success', { skip: ownAddresses }, async () => {
    const { form } = await begin(api, fresh(), small.length);
    assert.ok(form);
    await ok(sendForm(form, small), 204);
    await refused(sendForm(form, small), 409, 'address-used');
  });

  test('that breaks off leaves nothing, and can be sent again', async () => {
    const { id, form } = await begin(api, { ...fresh() }, large.length);
    assert.ok(form);
    const head = `--b\r\n${Object.entries(form.fields)
      .map(([name, value]) => `content-disposition: form-data; name="${name}"\r\n\r\n${value}\r\n--b\r\n`)
      .join('')}content-disposition: form-data; name="file"; filename="a.zip"\r\n\r\n`;
    const headers = {
      'content-type': 'multipart/form-data; boundary=b',
      'content-length': large.length + 5_000,
    };
    await sendAndLeave(
      'POST',
      form.url,
      headers,
      Buffer.concat([Buffer.from(head), large.subarray(0, 5 * mebibyte)]),
    );
    await nothingArrived(id);
    await ok(sendForm(form, large), 204);
  });
});

describe('parts', () => {
  test('go on where an interrupted client stopped', async () => {
    const begun = await begin(api, fresh(), large.length, { method: 'parts', digest: digestOf(large) });
    const [first, second] = addressesOf(begun);
    assert.equal(begun.parts?.count, 3);
    assert.equal(begun.parts?.sizeBytes, 8 * mebibyte);
    await ok(sendPart(first.url, pieceOf(1)), 200);
    await sendAndLeave(
      'PUT',
      second.url,
      { 'content-length': 8 * mebibyte },
      pieceOf(2).subarray(0, 3 * mebibyte),
    );

    // Somebody else, who knows nothing but the id, and the token.
    const found = await ok(api.get<Upload>(`/api/uploads/${begun.id}`));
    assert.deepEqual(
      found.parts?.received.map(({ partNumber, sizeBytes }) => [partNumber, sizeBytes]),
      [[1, 8 * mebibyte]],
    );
    const { addresses } = await addressesFor(begun.id, [3, 2]);
    assert.deepEqual(
      addresses.map(({ partNumber }) => partNumber),
      [3, 2],
    );
    for (const { partNumber, url } of addresses) await ok(sendPart(url, pieceOf(partNumber)), 200);
    await ok(api.post(`/api/uploads/${begun.id}/complete`));
    const { outcome } = await decided(api, begun.id);
    assert.deepEqual([outcome.state, outcome.digest], ['published', digestOf(large)]);
  });

  test('may come in any order and at the same time', async () => {
    const begun = await begin(api, fresh(), large.length, { method: 'parts' });
    const sending = addressesOf(begun).toReversed();
    await Promise.all(sending.map(({ url, partNumber }) => ok(sendPart(url, pieceOf(partNumber)), 200)));
    await ok(api.post(`/api/uploads/${begun.id}/complete`));
    assert.equal((await decided(api, begun.id)).outcome.digest, digestOf(large));
  });

  test('that are missing are named at completion, and those that came are kept', async () => {
    const begun = await begin(api, fresh(), large.length, { method: 'parts' });
    const [first, second, third] = addressesOf(begun);
    await ok(sendPart(second.url, pieceOf(2)), 200);
    const { detail } = await refused(api.post(`/api/uploads/${begun.id}/complete`), 409, 'upload-incomplete');
    assert.match(detail, /2 of 3 parts are missing: 1, 3\b/);
    await ok(sendPart(first.url, pieceOf(1)), 200);
    await ok(sendPart(third.url, pieceOf(3)), 200);
    await ok(api.post(`/api/uploads/${begun.id}/complete`));
  });

  test('of another size are refused with both sizes, and leave nothing', async () => {
    const begun = await begin(api, fresh(), large.length, { method: 'parts' });
    const [first] = addressesOf(begun);
    const sizes = [String(8 * mebibyte), String(8 * mebibyte - 1)];
    const [short, long] = [pieceOf(1).subarray(1), Buffer.concat([pieceOf(1), Buffer.alloc(1)])];
    await refusedThere(sendPart(first.url, short), 400, 'upload-size-mismatch', ...sizes);
    await refusedThere(sendPart(first.url, long), 400, 'upload-size-mismatch');
    if (!ownAddresses) {
      await refused(sendUnannounced(first.url, short), 400, 'upload-size-mismatch');
      await refused(sendUnannounced(first.url, long), 400, 'upload-size-mismatch');
    }
    const found = await ok(api.get<Upload>(`/api/uploads/${begun.id}`));
    assert.deepEqual(found.parts?.received, []);
    // S3 wants every length announced.
    const send = ownAddresses === false ? sendUnannounced : sendPart;
    await ok(send(first.url, pieceOf(1)), 200);
  });

  test('are those of the upload only: others are refused with the numbers that there are', async () => {
    const { id } = await begin(api, fresh(), large.length, { method: 'parts' });
    for (const number of [0, -1, 4, 10_001]) {
      const { detail } = await refused(
        api.post(`/api/uploads/${id}/parts`, { partNumbers: [number] }),
        400,
        'part-invalid',
      );
      assert.ok(detail.includes('1 to 3') && detail.includes(String(number)), detail);
    }
    const many = Array.from({ length: 101 }, () => 1);
    for (const partNumbers of [[], many, [1.5], ['1'], 1]) {
      await refused(api.post(`/api/uploads/${id}/parts`, { partNumbers }), 400, 'invalid-request');
    }
    const byForm = await begin(api, fresh(), small.length);
    await refused(api.post(`/api/uploads/${byForm.id}/parts`, { partNumbers: [1] }), 400, 'part-invalid');
  });

  test('have addresses that are good for what they say, unchanged, and for one success', {
    skip: ownAddresses,
  }, async () => {
    const one = await begin(api, fresh(), large.length, { method: 'parts' });
    const other = await begin(api, fresh(), large.length, { method: 'parts' });
    const [first, second] = addressesOf(one);
    const address = new URL(first.url);
    const changed = [...address.searchParams.keys()].flatMap((name) => {
      const value = address.searchParams.get(name) ?? '';
      const twice = new URL(address);
      twice.searchParams.append(name, value);
      const without = new URL(address);
      without.searchParams.delete(name);
      const another = new URL(address);
      another.searchParams.set(name, `${value.slice(0, -1)}${value.at(-1) === '1' ? '2' : '1'}`);
      return [twice, without, another];
    });
    changed.push(new URL(first.url.replace('/parts/1?', '/parts/2?')));
    changed.push(new URL(first.url.replace(one.id, other.id)));
    for (const { href } of changed) await refused(sendPart(href, pieceOf(1)), 403, 'address-invalid');
    for (const method of ['GET', 'POST', 'DELETE', 'PATCH']) {
      await refused(server.api.call(method, first.url), 403, 'address-invalid');
    }
    assert.equal((await server.api.call('HEAD', first.url)).status, 403);
    await ok(sendPart(first.url, pieceOf(1)), 200);
    await refused(sendPart(first.url, pieceOf(1)), 409, 'address-used');
    await ok(sendPart(second.url, pieceOf(2)), 200);
  });

  test('keep their latest bytes: a newer address replaces what an older one brought', async () => {
    const begun = await begin(api, fresh(), large.length, { method: 'parts', digest: digestOf(large) });
    const [first] = addressesOf(begun);
    await ok(sendPart(first.url, Buffer.alloc(8 * mebibyte)), 200);
    const { addresses } = await addressesFor(begun.id, [1, 2, 3]);
    for (const { partNumber, url } of addresses) await ok(sendPart(url, pieceOf(partNumber)), 200);
    await ok(api.post(`/api/uploads/${begun.id}/complete`));
    assert.equal((await decided(api, begun.id)).outcome.state, 'published');
  });
});

describe('completing', () => {
  test('again answers the same, at the same time as well', async () => {
    const named = fresh();
    const begun = await begin(api, named, small.length);
    assert.ok(begun.form);
    await ok(sendForm(begun.form, small), 204);
    const completing = Array.from({ length: 20 }, () =>
      ok(api.post<Upload>(`/api/uploads/${begun.id}/complete`)),
    );
    const answers = await Promise.all(completing);
    const later = await ok(api.post<Upload>(`/api/uploads/${begun.id}/complete`));
    assert.equal(new Set([...answers, later].map(({ versionId }) => versionId)).size, 1);
    await decided(api, begun.id);
    const history = await api.all<{ versionId: string }>(`/api/packages/${later.packageId}/versions`);
    assert.equal(history.length, 1);
  });

  test('two uploads of one label makes one version; the other is told that the label is used', async () => {
    const named = fresh();
    const uploads = await Promise.all([0, 1, 2].map(() => begin(api, named, small.length)));
    for (const { form } of uploads) {
      assert.ok(form);
      await ok(sendForm(form, small), 204);
    }
    const answers = await Promise.all(uploads.map(({ id }) => api.post(`/api/uploads/${id}/complete`)));
    assert.deepEqual(answers.map(({ status }) => status).sort(), [200, 409, 409]);
    for (const answer of answers.filter(({ status }) => status === 409)) {
      await refused(Promise.resolve(answer), 409, 'version-exists');
    }
  });

  test('ends the taking of bytes', async () => {
    const begun = await begin(api, fresh(), large.length, { method: 'parts' });
    const [first, ...others] = addressesOf(begun);
    const { addresses } = await addressesFor(begun.id, [1]);
    for (const { url, partNumber } of [first, ...others]) await ok(sendPart(url, pieceOf(partNumber)), 200);
    await ok(api.post(`/api/uploads/${begun.id}/complete`));
    for (const { url } of addresses)
      await refusedThere(sendPart(url, Buffer.alloc(8 * mebibyte)), 409, 'upload-closed');
    await refused(api.post(`/api/uploads/${begun.id}/parts`, { partNumbers: [1] }), 409, 'upload-closed');
    await refused(api.delete(`/api/uploads/${begun.id}`), 409, 'upload-closed');
    assert.equal((await decided(api, begun.id)).outcome.digest, digestOf(large));
  });
});

describe('an abandoned upload', () => {
  test('that is aborted is over, and its bytes are removed', async () => {
    const begun = await begin(api, fresh(), large.length, { method: 'parts' });
    const [first, second] = addressesOf(begun);
    await ok(sendPart(first.url, pieceOf(1)), 200);
    assert.ok((await traceOf(server, begun.id)).length > 0, 'the part is on the disk');
    assert.equal((await ok(api.delete<Upload>(`/api/uploads/${begun.id}`))).state, 'aborted');
    assert.equal((await ok(api.delete<Upload>(`/api/uploads/${begun.id}`))).state, 'aborted');
    await refusedThere(sendPart(second.url, pieceOf(2)), 409, 'upload-closed');
    await refused(api.post(`/api/uploads/${begun.id}/complete`), 409, 'upload-closed');
    await waitFor('the removal of its bytes', async () => (await traceOf(server, begun.id)).length === 0);
  });

  test('that nobody completes in time expires, and its bytes are removed', async () => {
    const hasty = await startServer({ ASSAY_UPLOAD_LIFETIME_MS: '5000' });
    const owner = await enterAsAdministrator(hasty);
    const begun = await begin(owner.api, fresh(), large.length, { method: 'parts' });
    const byForm = await begin(owner.api, fresh(), small.length);
    assert.ok(byForm.form);
    const [first, second] = addressesOf(begun);
    assert.ok(Date.parse(first.expiresAt) <= Date.parse(begun.expiresAt), 'no address outlives its upload');
    await ok(sendPart(first.url, pieceOf(1)), 200);
    await ok(sendForm(byForm.form, small), 204);
    for (const { id } of [begun, byForm]) {
      const state = async () => (await ok(owner.api.get<Upload>(`/api/uploads/${id}`))).state;
      await waitFor('its expiry', async () => (await state()) === 'expired');
      await waitFor('the removal of its bytes', async () => (await traceOf(hasty, id)).length === 0);
      await refused(owner.api.post(`/api/uploads/${id}/complete`), 409, 'upload-closed');
    }
    await refusedThere(sendPart(second.url, pieceOf(2)), 403, 'address-invalid');
    await hasty.stop();
  });

  test('needs a new address once the old one has expired, and goes on with it', async () => {
    const hasty = await startServer({ ASSAY_UPLOAD_ADDRESS_LIFETIME_MS: '4000' });
    const owner = await enterAsAdministrator(hasty);
    const begun = await begin(owner.api, fresh(), large.length, { method: 'parts' });
    const [first] = addressesOf(begun);
    await waitFor('its expiry', () => Date.now() > Date.parse(first.expiresAt));
    await refusedThere(sendPart(first.url, pieceOf(1)), 403, 'address-invalid', first.expiresAt);
    const renewed = await ok(
      owner.api.post<{ addresses: PartAddress[] }>(`/api/uploads/${begun.id}/parts`, { partNumbers: [1] }),
    );
    await ok(sendPart(renewed.addresses[0]?.url ?? '', pieceOf(1)), 200);
    await hasty.stop();
  });
});

test('an upload is nobody else’s: others are answered as if there was none, administrators see it', async () => {
  const begun = await begin(api, fresh(), large.length, { method: 'parts' });
  for (const id of [begun.id, 'no-such-upload']) {
    await refused(grace.api.get(`/api/uploads/${id}`), 404, 'not-found');
    await refused(grace.api.delete(`/api/uploads/${id}`), 404, 'not-found');
    await refused(grace.api.post(`/api/uploads/${id}/complete`), 404, 'not-found');
    await refused(grace.api.post(`/api/uploads/${id}/parts`, { partNumbers: [1] }), 404, 'not-found');
  }
  assert.equal((await ok(admin.api.get<Upload>(`/api/uploads/${begun.id}`))).id, begun.id);
  const listed = await grace.api.all<Upload>('/api/uploads');
  assert.ok(listed.every(({ id }) => id !== begun.id));
  await refused(grace.api.get(`/api/uploads?user=${ada.id}`), 404, 'not-found');
  const hers = await admin.api.all<Upload>('/api/uploads', { user: ada.id, state: 'open' });
  assert.ok(hers.some(({ id }) => id === begun.id));
});

test('a hundred uploads at the same time all come to be', async () => {
  const bytes = await Promise.all(Array.from({ length: 100 }, (_, i) => smallPackage(`one of many, ${i}`)));
  const uploads = await Promise.all(
    bytes.map((one, i) => upload(i % 2 === 0 ? api : grace.api, fresh(), one)),
  );
  const outcomes = await Promise.all(uploads.map(({ id }) => decided(admin.api, id)));
  assert.ok(outcomes.every(({ outcome }) => outcome.state === 'published'));
});

function pieceOf(partNumber: number): Buffer {
  return large.subarray((partNumber - 1) * 8 * mebibyte, partNumber * 8 * mebibyte);
}

function addressesOf({ parts }: Upload): [PartAddress, PartAddress, PartAddress] {
  const [first, second, third] = parts?.addresses ?? [];
  assert.ok(first && second && third);
  return [first, second, third];
}

function addressesFor(id: string, partNumbers: readonly number[]): Promise<{ addresses: PartAddress[] }> {
  return ok(api.post<{ addresses: PartAddress[] }>(`/api/uploads/${id}/parts`, { partNumbers }));
}

/** What is stored of an upload. */
async function traceOf(of: ServerProcess, id: string): Promise<string[]> {
  return (await of.stored()).filter((path) => path.includes(id));
}

async function nothingArrived(id: string): Promise<void> {
  await waitFor('nothing of it to be left', async () => (await traceOf(server, id)).length === 0);
}
