// A server that is told to stop: what is under way ends, what was acknowledged stays, and nothing hangs.
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { type ClientRequest, type IncomingMessage, request } from 'node:http';
import { after, test } from 'node:test';
import { ok, pause, waitFor } from '../src/call.ts';
import { begin, type Download, decided, publish, type Upload, upload, zipOf } from '../src/packages.ts';
import {
  AssayProcess,
  removeTemporaryFolders,
  type ServerProcess,
  startServer,
} from '../src/server-process.ts';
import { addUser, enterAsAdministrator } from '../src/users.ts';

const mebibyte = 1024 * 1024;
const bytes = await zipOf({ 'weights.bin': randomBytes(40 * mebibyte) }, ['weights.bin']);
after(removeTemporaryFolders);

const phases = (server: ServerProcess) =>
  server.log.flatMap((line) => ('phase' in line ? [String(line.phase)] : []));

/** Begins to send a part; resolves when the server has taken the request. */
async function sendBeginning(url: string, sizeBytes: number, beginning: Uint8Array): Promise<ClientRequest> {
  const headers = { 'content-length': sizeBytes, expect: '100-continue' };
  const sending = request(url, { method: 'PUT', headers });
  sending.flushHeaders();
  await once(sending, 'continue');
  sending.write(beginning);
  return sending;
}

test('a download that is under way ends whole, and the phases of stopping are told', async () => {
  const server = await startServer();
  const ada = await addUser(await enterAsAdministrator(server), 'ada');
  const { packageId } = await publish(ada.api, { name: 'leaving' }, bytes);
  const { url } = await ok(ada.api.get<Download>(`/api/packages/${packageId}/download`), 200);
  const response = await fetch(url);
  const reader = response.body?.getReader();
  let received = (await reader?.read())?.value?.length ?? 0;
  server.signal('SIGTERM');
  await server.printed(/"msg":"stopping"/);
  for (let next = await reader?.read(); next?.value !== undefined; next = await reader?.read()) {
    received += next.value.length;
  }
  assert.equal(received, bytes.length);
  assert.deepEqual(await server.exit(), { code: 0, signal: null });
  assert.deepEqual(phases(server), ['finish requests', 'finish jobs', 'flush audit', 'close engines']);
  assert.deepEqual(server.errors, []);
});

test('an upload that is under way is received whole, and is there at the next start', async () => {
  const server = await startServer();
  const ada = await addUser(await enterAsAdministrator(server), 'ada');
  const begun = await begin(ada.api, { name: 'arriving' }, bytes.length, { method: 'parts' });
  const [first] = begun.parts?.addresses ?? [];
  assert.ok(begun.parts && first);
  const piece = bytes.subarray(0, begun.parts.sizeBytes);
  const sending = await sendBeginning(first.url, piece.length, piece.subarray(0, mebibyte));
  const answered = once(sending, 'response') as Promise<[IncomingMessage]>;
  server.signal('SIGTERM');
  await server.printed(/"msg":"stopping"/);
  sending.end(piece.subarray(mebibyte));
  const [answer] = await answered;
  assert.equal(answer.resume().statusCode, 200);
  assert.deepEqual(await server.exit(), { code: 0, signal: null });

  const next = await server.again();
  const { parts } = await ok(next.api.as(ada.api.token).get<Upload>(`/api/uploads/${begun.id}`));
  const received = parts?.received.map(({ partNumber, sizeBytes }) => ({ partNumber, sizeBytes }));
  assert.deepEqual(received, [{ partNumber: 1, sizeBytes: piece.length }]);
  await next.stop();
});

test('an upload that stalls is cut in time, and goes on at the next start where it was', async () => {
  const server = await startServer({ ASSAY_SHUTDOWN_TIMEOUT_MS: '1500' });
  const ada = await addUser(await enterAsAdministrator(server), 'ada');
  const { id, parts } = await begin(ada.api, { name: 'stalled' }, bytes.length, { method: 'parts' });
  const [first, second] = parts?.addresses ?? [];
  assert.ok(parts && first && second);
  const piece = (number: number) => bytes.subarray((number - 1) * parts.sizeBytes, number * parts.sizeBytes);
  assert.equal((await fetch(first.url, { method: 'PUT', body: new Uint8Array(piece(1)) })).status, 200);

  const sending = await sendBeginning(second.url, parts.sizeBytes, Buffer.from('only this'));
  const cut = once(sending, 'error');
  server.signal('SIGTERM');
  // Not 0: something had to be cut.
  assert.deepEqual(await server.exit(), { code: 1, signal: null });
  await cut;

  const next = await server.again();
  const again = { ...ada, api: next.api.as(ada.api.token) };
  const { parts: left } = await ok(
    again.api.get<{ parts: { received: { partNumber: number }[] } }>(`/api/uploads/${id}`),
  );
  assert.deepEqual(
    left.received.map(({ partNumber }) => partNumber),
    [1],
  );
  await next.stop();
});

test('a version whose check was interrupted by a stop is checked after the next start', async () => {
  const server = await startServer({ ASSAY_CHECK_THREADS: '1', ASSAY_WORKER_LEASE_MS: '1000' });
  const ada = await addUser(await enterAsAdministrator(server), 'ada');
  const { id } = await upload(ada.api, { name: 'interrupted' }, bytes);
  await server.stop();
  const next = await server.again();
  const { outcome } = await decided(next.api.as(ada.api.token), id);
  assert.equal(outcome.state, 'published');
  await next.stop();
});

test('a second signal ends a server at once, whatever is under way', async () => {
  const server = await startServer({ ASSAY_SHUTDOWN_TIMEOUT_MS: '600000' });
  const ada = await addUser(await enterAsAdministrator(server), 'ada');
  const { packageId } = await publish(ada.api, { name: 'unread' }, bytes);
  const { url } = await ok(ada.api.get<Download>(`/api/packages/${packageId}/download`), 200);
  const unread = await fetch(url);
  server.signal('SIGTERM');
  await server.printed(/"msg":"stopping"/);
  // Two signals within half a second count as one: a terminal and npm both pass it on.
  await pause(1_000);
  assert.ok(server.isRunning);
  server.signal('SIGTERM');
  assert.notEqual((await server.exit()).code, 0);
  await unread.body?.cancel().catch(() => {});
});

test('workers on the same data share the jobs: every version is decided once', async () => {
  const server = await startServer();
  const worker = await AssayProcess.launch(['work'], server.dataFolder, { ASSAY_WORKER_POLL_MS: '20' });
  await worker.printed(/works on jobs/);
  const ada = await addUser(await enterAsAdministrator(server), 'ada');
  const uploads = await Promise.all(
    Array.from({ length: 12 }, async (_, i) =>
      upload(ada.api, { name: `shared-${i}` }, await zipOf({ 'data.bin': randomBytes(mebibyte) })),
    ),
  );
  for (const { id } of uploads) assert.equal((await decided(ada.api, id)).outcome.state, 'published');
  const done = ({ log }: AssayProcess) =>
    log.filter((line) => 'kind' in line && line.kind === 'check-version' && 'outcome' in line);
  await waitFor('the last job', () => done(server).length + done(worker).length >= uploads.length);
  assert.equal(done(server).length + done(worker).length, uploads.length);
  worker.signal('SIGTERM');
  assert.deepEqual(await worker.exit(), { code: 0, signal: null });
  assert.deepEqual(worker.errors, []);
  await server.stop();
});

test('a server without a worker takes uploads, and leaves the jobs to workers of their own', async () => {
  const server = await startServer({ ASSAY_WORKER_IN_SERVER: 'false' });
  const ada = await addUser(await enterAsAdministrator(server), 'ada');
  const { id } = await upload(ada.api, { name: 'waiting' }, await zipOf({ 'data.bin': randomBytes(1024) }));
  const worker = await AssayProcess.launch(['work'], server.dataFolder, { ASSAY_WORKER_POLL_MS: '20' });
  assert.equal((await decided(ada.api, id)).outcome.state, 'published');
  assert.ok(!server.log.some(({ kind }) => kind === 'check-version'));
  await waitFor('the check in the log of the worker', () =>
    worker.log.some(({ kind, outcome }) => kind === 'check-version' && outcome === 'finished'),
  );
  worker.signal('SIGTERM');
  assert.deepEqual(await worker.exit(), { code: 0, signal: null });
  await server.stop();
});
