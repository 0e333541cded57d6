// Several API and worker processes on the same engines: one registry.
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { type Answer, Api, ok, pause, refused, waitFor } from '../src/call.ts';
import { notEmbedded } from '../src/engines.ts';
import { LoadBalancer } from '../src/load-balancer.ts';
import {
  begin,
  type Download,
  decided,
  digestOf,
  publish,
  sendPart,
  upload,
  zipOf,
} from '../src/packages.ts';
import {
  AssayProcess,
  removeTemporaryFolders,
  ServerProcess,
  temporaryFolder,
} from '../src/server-process.ts';
import { addUser, enterAsAdministrator, type User } from '../src/users.ts';

const mebibyte = 1024 * 1024;
const apiOnly = { ASSAY_WORKER_IN_SERVER: 'false', ASSAY_REQUESTS_PER_MINUTE: '1000000' };
const often = { ASSAY_WORKER_POLL_MS: '20', ASSAY_WORKER_LEASE_MS: '2000' };

describe('several processes', { skip: notEmbedded }, () => {
  let data: string;
  let servers: ServerProcess[];
  let workers: AssayProcess[];
  let admin: User;
  let ada: User;

  /** The user's API at the process of this number. */
  const at = (index: number, { api }: User) => new Api(servers[index]?.url ?? '', api.token);

  before(async () => {
    data = join(await temporaryFolder(), 'data');
    servers = await Promise.all([ServerProcess.start(data, apiOnly), ServerProcess.start(data, apiOnly)]);
    workers = await Promise.all([
      AssayProcess.launch(['work'], data, often),
      AssayProcess.launch(['work'], data, often),
    ]);
    await Promise.all(workers.map((worker) => worker.printed(/works on jobs/)));
    const [first] = servers.filter(({ output }) => /one-time password/.test(output));
    admin = await enterAsAdministrator(first ?? assert.fail('no process told a password'));
    ada = await addUser(admin, 'ada');
  });

  after(async () => {
    for (const worker of workers.filter(({ isRunning }) => isRunning)) {
      worker.signal('SIGTERM');
      assert.deepEqual(await worker.exit(), { code: 0, signal: null });
      assert.deepEqual(worker.errors, []);
    }
    for (const server of servers) await server.stop();
    await removeTemporaryFolders();
  });

  test('that start at the same time make one administrator', () => {
    assert.equal(servers.filter(({ output }) => /one-time password/.test(output)).length, 1);
  });

  test('know at once what another was told: users, tokens, logins and their ends', async () => {
    const grace = await addUser(admin, 'grace');
    for (const index of [0, 1]) await ok(at(index, grace).get('/api/packages'));
    await ok(at(0, { ...grace, api: grace.session }).post('/api/auth/logout'), 204);
    await refused(at(1, { ...grace, api: grace.session }).get('/api/auth/me'), 401, 'token-invalid');
    await ok(at(1, admin).delete(`/api/users/${grace.id}`), 204);
    await refused(at(0, grace).get('/api/packages'), 401, 'token-invalid');
  });

  test('take the parts of one upload, whichever process each step comes to', async () => {
    const bytes = await zipOf({ 'weights.bin': randomBytes(20 * mebibyte) }, ['weights.bin']);
    const begun = await begin(at(0, ada), { name: 'spread' }, bytes.length, { method: 'parts' });
    const { sizeBytes: size, count } = begun.parts ?? assert.fail('not in parts');
    const numbers = Array.from({ length: count }, (_, i) => i + 1);
    for (const number of numbers) {
      const { addresses } = await ok(
        at(number % 2, ada).post<{ addresses: { url: string }[] }>(`/api/uploads/${begun.id}/parts`, {
          partNumbers: [number],
        }),
      );
      await ok(sendPart(addresses[0]?.url ?? '', bytes.subarray((number - 1) * size, number * size)), 200);
    }
    await Promise.all([0, 1].map((i) => ok(at(i, ada).post(`/api/uploads/${begun.id}/complete`), 200)));
    const { outcome, packageId } = await decided(at(1, ada), begun.id);
    assert.equal(outcome.state, 'published', outcome.reason ?? '');
    const { url } = await ok(at(0, ada).get<Download>(`/api/packages/${packageId}/download`));
    assert.equal(digestOf(Buffer.from(await (await fetch(url)).arrayBuffer())), digestOf(bytes));
  });

  test('give a name and label to one of many who want it at the same time', async () => {
    const bytes = await Promise.all(Array.from({ length: 6 }, (_, i) => zipOf({ 'a.txt': `${i}` })));
    const answers = await Promise.all(
      bytes.map((content, i) =>
        at(i % 2, ada).post<{ id: string }>('/api/uploads', {
          kind: 'code',
          name: 'wanted',
          version: '1.0.0',
          fileName: 'package.zip',
          sizeBytes: content.length,
        }),
      ),
    );
    const begun = answers.filter(({ status }) => status === 201);
    const completed = await Promise.all(
      begun.map(async ({ body: { id } }, i) => {
        const { form } = await ok(
          at(i % 2, ada).get<{ form: { url: string; fields: object } }>(`/api/uploads/${id}`),
        );
        const body = new FormData();
        for (const [name, value] of Object.entries(form?.fields ?? {})) body.append(name, String(value));
        body.append(
          'file',
          new Blob([new Uint8Array(bytes[answers.indexOf(begun[i] as Answer<{ id: string }>)] ?? [])]),
        );
        if (form !== undefined) await fetch(form.url, { method: 'POST', body });
        return at(i % 2, ada).post(`/api/uploads/${id}/complete`);
      }),
    );
    assert.equal(completed.filter(({ status }) => status === 200).length, 1, JSON.stringify(completed));
  });

  test('share the jobs, and take over those of a worker that is killed', async () => {
    const killed = workers.shift() ?? assert.fail('no worker');
    const bytes = await zipOf({ 'weights.bin': randomBytes(30 * mebibyte) }, ['weights.bin']);
    const uploads = await Promise.all(
      Array.from({ length: 4 }, (_, i) => upload(at(i % 2, ada), { name: `taken-over-${i}` }, bytes)),
    );
    await waitFor('a job at the worker', () => killed.isRunning);
    killed.signal('SIGKILL');
    for (const { id } of uploads) assert.equal((await decided(at(0, ada), id)).outcome.state, 'published');
  });

  test('answer every reading although one of them is killed, to a client that tries again', async (t) => {
    const { packageId } = await publish(at(0, ada), { name: 'always-there' });
    const balancer = await LoadBalancer.start(servers.map(({ url }) => url));
    t.after(() => balancer.stop());
    const api = new Api(balancer.url, ada.api.token);
    let [stop, answered, again] = [false, 0, 0];
    const read = () => api.get(`/api/packages/${packageId}`);
    const readAgain = async (tries: number): Promise<Answer<unknown>> => {
      try {
        return await read();
      } catch (error) {
        if (tries === 0) throw error;
        again++;
        await pause(50);
        return readAgain(tries - 1);
      }
    };
    const failed: string[] = [];
    const readers = Array.from({ length: 8 }, async () => {
      while (!stop) {
        const answer = await readAgain(3);
        if (answer.status !== 200) failed.push(answer.text);
        answered++;
      }
    });
    await waitFor('some answers', () => answered > 200);
    const [killed] = servers.splice(0, 1);
    await killed?.kill();
    const before = answered;
    await waitFor('answers of the other', () => answered > before + 200);
    stop = true;
    await Promise.all(readers);
    assert.deepEqual(failed, []);
    assert.ok(again > 0, 'the kill has cut no connection');
    servers.unshift(await ServerProcess.start(data, apiOnly));
    await pause(0);
    await ok(at(0, ada).get(`/api/packages/${packageId}`));
  });

  test('tell those who follow events at one what was done at another', async () => {
    const abort = new AbortController();
    const following = await fetch(new URL('/api/events', servers[1]?.url), {
      headers: { authorization: `Bearer ${ada.api.token}`, accept: 'text/event-stream' },
      signal: abort.signal,
    });
    assert.equal(following.status, 200);
    const { versionId } = await publish(at(0, ada), { name: 'told-elsewhere' });
    const decoder = new TextDecoder();
    let text = '';
    for await (const piece of following.body ?? []) {
      text += decoder.decode(piece, { stream: true });
      if (text.includes(versionId) && text.includes('version.published')) break;
    }
    abort.abort();
  });
});
