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
  ASSAY_FEATURE_VALIDATOR_REQUESTS: 'false',
  ASSAY_OPEN_REGISTRATION: 'true',
  ASSAY_SANDBOX_CPU_SECONDS: '60',
  ASSAY_SANDBOX_WALL_MS: '120000',
  ASSAY_VALIDATOR_HOSTS: 'localhost',
  ASSAY_VALIDATOR_REQUESTS: '1000',
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

/** Asks twenty times a second, and tells what it was told in the end. */
const untilRefused = `
for (;;) {
  try { request('https://localhost/'); } catch ({ message }) {
    if (message.includes('not one of')) { console.log(message); process.exit(1); }
  }
  const until = Date.now() + 50;
  while (Date.now() < until);
}`;

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

  test('validatorRequests: scripts ask nobody, those that run already included, but while it is on', async (t) => {
    // A private address, which nobody connects to: who may ask is told that it does not answer.
    const [refusal, noAnswer] = [
      'localhost is not one of the hosts that validators may ask.',
      'localhost did not answer.',
    ];
    const { packageId } = await publish(ada.api, { name: 'asking' });
    await ok(ada.api.patch(`/api/packages/${packageId}`, { sensitive: true }), 200);
    const register = (source: string) =>
      ada.api.put<{ detail?: string }>(`/api/packages/${packageId}/validator`, {
        language: 'javascript',
        source: `const { request } = require('assay');\n${source}`,
      });
    const told = async () =>
      (await refused(ada.session.get(`/api/packages/${packageId}/download`), 403, 'validator-denied')).detail;
    const { status, body } = await register(
      "try { request('https://localhost/'); } catch ({ message }) { console.log(message); process.exit(1); }",
    );
    if (status === 503) return t.skip(`no validators are run here: ${body.detail}`);
    assert.equal(await told(), refusal, 'the variable says that it is off');
    await turn('validatorRequests', true);
    assert.equal(await told(), noAnswer);
    await ok(register(untilRefused), 200);
    const asked = () => server.log.filter((line) => line.msg === 'a validator asked a host outside').length;
    const before = asked();
    const running = told();
    await waitFor('two more requests', () => asked() > before + 1);
    await turn('validatorRequests', false);
    assert.equal(await running, refusal);
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
