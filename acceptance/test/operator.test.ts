// What an operator has: the commands of the program, beside a running server, and its log.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { ok, refused, waitFor } from '../src/call.ts';
import {
  AssayProcess,
  type Environment,
  type Exit,
  removeTemporaryFolders,
  startServer,
  temporaryFolder,
} from '../src/server-process.ts';
import { addUser, enterAsAdministrator, logIn } from '../src/users.ts';

const server = await startServer();
const admin = await enterAsAdministrator(server);
after(async () => {
  await server.stop();
  await removeTemporaryFolders();
});

async function run(
  command: string,
  environment: Environment = {},
  data = server.dataFolder,
): Promise<Exit & { output: string; complaints: string }> {
  const process = await AssayProcess.launch(command.split(' ').filter(Boolean), data, environment);
  const exit = await process.exit();
  return { ...exit, output: process.output, complaints: process.complaints };
}

const passwordIn = (output: string) => /login: (\S+)$/m.exec(output)?.[1] ?? '';

describe('the commands of an operator', () => {
  test('add a user who logs in with the printed one-time password and must change it', async () => {
    const added = await run('user add operator-made --permissions search,download');
    assert.deepEqual([added.code, added.complaints], [0, '']);
    const { mustChangePassword, user } = await logIn(server.api, 'operator-made', passwordIn(added.output));
    assert.deepEqual([mustChangePassword, user.permissions], [true, ['search', 'download']]);
    const again = await run('user add Operator_Made');
    assert.equal(again.code, 1);
    assert.match(again.complaints, /taken|exists|name/i);
    assert.match((await run('user list')).output, /^operator-made\s+search,download\s.*one-time/m);
  });

  test('give a user who has forgotten theirs a new password, which ends the sessions', async () => {
    const user = await addUser(admin, 'forgetful');
    const reset = await run('user reset-password forgetful');
    assert.equal(reset.code, 0);
    await refused(user.session.get('/api/auth/me'), 401, 'token-invalid');
    await refused(
      server.api.post('/api/auth/login', { name: 'forgetful', password: user.password }),
      401,
      'login-failed',
    );
    assert.equal((await logIn(server.api, 'forgetful', passwordIn(reset.output))).mustChangePassword, true);
  });

  test('change what a user may do, and delete users, at once', async () => {
    const user = await addUser(admin, 'demoted');
    assert.equal((await run('user set-permissions demoted --permissions search')).code, 0);
    await refused(user.api.post('/api/uploads', {}), 403, 'permission-denied');
    assert.equal((await run('user delete demoted')).code, 0);
    await refused(user.api.get('/api/auth/me'), 401, 'token-invalid');
    const last = await run('user set-permissions admin --permissions search');
    assert.equal(last.code, 1, 'the last administrator stays');
  });

  test('rotate the key of sessions: those signed before stay good, new ones have the new key', async () => {
    const keyOf = (token: string) =>
      JSON.parse(Buffer.from(token.split('.')[0] ?? '', 'base64url').toString()).kid;
    const before = await logIn(server.api, 'admin', admin.password);
    assert.equal((await run('keys rotate')).code, 0);
    const after = await waitFor(
      'a login signed with the new key',
      async () => {
        const login = await logIn(server.api, 'admin', admin.password);
        await ok(server.api.as(login.token).get('/api/auth/me'));
        return keyOf(login.token) !== keyOf(before.token) && login;
      },
      { pollMs: 500 },
    );
    for (const { token } of [before, after]) await ok(server.api.as(token).get('/api/auth/me'));
  });

  test('explain themselves, and what they do not understand', async () => {
    const help = await run('help');
    assert.equal(help.code, 0);
    for (const command of ['serve', 'work', 'migrate', 'config', 'user add', 'keys rotate'])
      assert.ok(help.output.includes(command), command);
    for (const command of [
      '',
      'nonsense',
      'user',
      'user add',
      'user add a b',
      'serve --fast',
      'user set-permissions admin',
    ]) {
      const { code, complaints } = await run(command);
      assert.equal(code, 2, command);
      assert.ok(complaints.length > 0, command);
    }
    const unknown = await run('user delete nobody-here');
    assert.deepEqual([unknown.code, /nobody-here/.test(unknown.complaints)], [1, true]);
  });

  test('print the configuration in force, and every problem of a broken one at once', async () => {
    const config = await run('config', { ASSAY_SESSION_USES: '7' });
    assert.equal(config.code, 0);
    assert.match(config.output, /^ASSAY_SESSION_USES=7$/m);
    const broken = await run('serve', { ASSAY_PORT: 'eighty', ASSAY_SESSION_USES: '0', ASSAY_PROT: '1' });
    assert.equal(broken.code, 2);
    for (const told of [
      /ASSAY_PORT must be .*"eighty"/,
      /ASSAY_SESSION_USES must be .*"0"/,
      /ASSAY_PROT is not known/,
    ]) {
      assert.match(broken.complaints, told);
    }
  });

  test('bring a database to the schema of the release, and find nothing to do the second time', async () => {
    const data = join(await temporaryFolder(), 'data');
    assert.match((await run('migrate', {}, data)).output, /0001-/);
    assert.match((await run('migrate', {}, data)).output, /Nothing to do/);
  });
});

describe('the log', () => {
  test('has a line for every request, with the requestId that the caller was told', async () => {
    const problem = await refused(admin.api.get('/api/packages/no-such-package'), 404, 'not-found');
    const line = await waitFor('the line', () =>
      server.log.find(({ requestId }) => requestId === problem.requestId),
    );
    const { level, operation, method, path, status, user, address } = line;
    assert.deepEqual(
      { level, operation, method, path, status, user, address },
      {
        level: 'info',
        operation: 'package.read',
        method: 'GET',
        path: '/api/packages/no-such-package',
        status: 404,
        user: 'admin',
        address: '127.0.0.1',
      },
    );
  });

  test('has no password, no token, no signature and nothing that was searched for', async () => {
    await ok(admin.api.get('/api/packages/search', { q: 'somethingprivate' }));
    await server.api.call('GET', '/api/packages?signature=tell-tale', {
      headers: { authorization: 'Bearer tell-tale' },
    });
    const last = await refused(server.api.get('/the-end'), 404, 'not-found');
    await waitFor('the last line', () => server.log.some(({ requestId }) => requestId === last.requestId));
    for (const secret of [admin.password, admin.api.token ?? '', 'somethingprivate', 'tell-tale']) {
      assert.ok(!server.output.includes(secret), secret);
    }
  });

  test('stays one line a request whatever was asked for', async () => {
    const before = server.output.split('\n').length;
    await server.api.get('/%0a%0d{"level":"fatal"}%1b[31m');
    await waitFor('its line', () => server.output.split('\n').length > before);
    assert.equal(server.output.split('\n').length, before + 1);
    assert.ok(!server.output.includes('\u001b'));
  });

  for (const how of ['closed', 'full'] as const) {
    test(`keeps no server from serving and stopping when its pipe is ${how}`, async () => {
      const unread = await startServer();
      await unread.oneTimePassword();
      unread.stopReading(how);
      const lines = how === 'full' ? 1_500 : 1;
      for (let i = 0; i < lines; i++) await ok(unread.api.get('/health'));
      unread.signal('SIGTERM');
      assert.deepEqual(await unread.exit(), { code: 0, signal: null });
    });
  }
});
