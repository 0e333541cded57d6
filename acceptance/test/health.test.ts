// What somebody who watches the registry is told.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { ok, waitFor } from '../src/call.ts';
import { publish } from '../src/packages.ts';
import { removeTemporaryFolders, startServer } from '../src/server-process.ts';
import { addUser, enterAsAdministrator } from '../src/users.ts';

const server = await startServer();
const admin = await enterAsAdministrator(server);
const ada = await addUser(admin, 'ada');
after(async () => {
  await server.stop();
  await removeTemporaryFolders();
});

interface Components {
  readonly components: readonly {
    readonly id: string;
    readonly status: string;
    readonly metrics?: Readonly<Record<string, unknown>>;
    readonly issues?: readonly unknown[];
  }[];
}

test('a server that is up says so to everybody, and that it is ready', async () => {
  const { status, version } = await ok(server.api.get<Record<string, string>>('/health'), 200);
  assert.equal(status, 'ok');
  assert.match(version ?? '', /^\d+\.\d+\.\d+/);
  assert.equal((await ok(server.api.get<Record<string, string>>('/api/health'), 200)).status, 'ok');
});

test('every component tells its status to everybody, and its metrics to administrators only', async () => {
  const { components } = await ok(admin.api.get<Components>('/health/components', { windowMinutes: 5 }), 200);
  const ids = components.map(({ id }) => id);
  for (const id of ['api', 'database', 'content', 'jobs', 'worker', 'webhooks'])
    assert.ok(ids.includes(id), id);
  for (const { id, status, metrics, issues } of components) {
    assert.deepEqual([status, typeof metrics, issues], ['ok', 'object', []], id);
  }
  const told = await ok(server.api.get<Components>('/health/components'), 200);
  for (const { status, metrics } of told.components) assert.deepEqual([status, metrics], ['ok', undefined]);
});

test('Prometheus finds requests by operation, jobs, checks and bytes', async () => {
  await publish(ada.api, { name: 'measured' });
  const metrics = await waitFor('the metrics of the check', async () => {
    const text = await ok(admin.api.get<string>('/metrics'), 200);
    return /checks?_.*archive/.test(text) && text;
  });
  for (const part of [
    /operation="upload.complete"/,
    /kind="check-version"/,
    /process_resident_memory_bytes/,
  ]) {
    assert.match(metrics, part);
  }
});
