// Features switched off and on by a document, in a registry that goes on running.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, describe, test } from 'node:test';
import { ok, pause, refused, waitFor } from '../src/call.ts';
import { type Download, publish, zipOf } from '../src/packages.ts';
import { removeTemporaryFolders, startServer } from '../src/server-process.ts';
import { addUser, enterAsAdministrator, newPassword } from '../src/users.ts';

const document: Record<string, boolean> = {};
const delivered: string[] = [];
/** Answers as the agent of AppConfig beside the program, and takes deliveries of webhooks. */
const beside = createServer((request, response) => {
  if (request.method === 'POST') delivered.push(request.url ?? '');
  request.resume();
  const flags = Object.entries(document).map(([name, enabled]) => [name, { enabled }]);
  response.end(JSON.stringify(Object.fromEntries(flags)));
}).listen(0, '127.0.0.1');
await once(beside, 'listening');
const besideUrl = `http://127.0.0.1:${(beside.address() as AddressInfo).port}`;

const server = await startServer({
  ASSAY_FEATURES_URL: `${besideUrl}/applications/assay/environments/test/configurations/features`,
  ASSAY_FEATURES_REFRESH_MS: '100',
  ASSAY_OPEN_REGISTRATION: 'true',
  ASSAY_WEBHOOK_ALLOW_PRIVATE: 'true',
});
const admin = await enterAsAdministrator(server);
const ada = await addUser(admin, 'ada');
after(async () => {
  await server.stop();
  beside.closeAllConnections();
  beside.close();
  await removeTemporaryFolders();
});

async function turn(name: string, on: boolean): Promise<void> {
  document[name] = on;
  const told = `The feature ${name} is ${on ? 'on' : 'off'} now.`;
  await waitFor(
    told,
    () => server.log.findLast(({ msg }) => msg?.startsWith(`The feature ${name} `))?.msg === told,
  );
}

describe('a feature that is switched off while the registry runs', () => {
  test('registration: nobody registers any more, until it is switched on', async () => {
    const register = (name: string) =>
      server.api.post('/api/auth/register', { name, password: newPassword() });
    await ok(register('early'), 201);
    await turn('registration', false);
    await refused(register('meanwhile'), 403, 'registration-closed');
    await ok(admin.api.post('/api/auth/register', { name: 'invited', password: newPassword() }), 201);
    await turn('registration', true);
    await ok(register('late'), 201);
  });

  test('webhooks: deliveries wait, none is lost, and all are made when it is switched on', async () => {
    await ok(
      ada.session.post('/api/webhooks', { url: `${besideUrl}/hook`, kinds: ['version.published'] }),
      201,
    );
    await turn('webhooks', false);
    await publish(ada.api, { name: 'told-later' });
    await waitFor('a delivery that is postponed', () =>
      server.log.some(({ kind, outcome }) => kind === 'deliver-webhook' && outcome === 'postponed'),
    );
    await pause(300);
    assert.deepEqual(delivered, []);
    await turn('webhooks', true);
    await waitFor('the delivery', () => delivered.length === 1, { timeoutMs: 90_000 });
  });

  test('validators: what one would have to allow is not downloaded, everything else is', async () => {
    const bytes = await zipOf({ 'README.md': '# Scans\n' });
    const { packageId } = await publish(ada.api, { name: 'scans' }, bytes);
    const other = await publish(ada.api, { name: 'other' });
    const download = (id: string) => ada.session.get<Download>(`/api/packages/${id}/download`);
    await ok(ada.api.patch(`/api/packages/${packageId}`, { sensitive: true }), 200);
    await turn('validators', false);
    await ok(
      ada.api.put(`/api/packages/${packageId}/validator`, {
        language: 'python',
        source: 'allow("as always")\n',
      }),
      200,
    );
    const { detail } = await refused(download(packageId), 503, 'validator-unavailable');
    assert.match(detail, /switched off/);
    await ok(download(other.packageId), 200);
  });
});
