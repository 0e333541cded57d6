// What holds guessers, floods and other people's pages off.
import assert from 'node:assert/strict';
import { type IncomingHttpHeaders, request } from 'node:http';
import { text } from 'node:stream/consumers';
import { after, describe, test } from 'node:test';
import { ok, pause, refused } from '../src/call.ts';
import { begin, type Download, publish, sendForm, smallPackage } from '../src/packages.ts';
import { removeTemporaryFolders, startServer } from '../src/server-process.ts';
import { addUser, enterAsAdministrator, logIn, newPassword } from '../src/users.ts';

const origin = 'https://ui.example.org';
const server = await startServer({ ASSAY_CORS_ORIGINS: origin, ASSAY_DEFAULT_PERMISSIONS: 'search' });
const admin = await enterAsAdministrator(server);
const ada = await addUser(admin, 'ada');
after(async () => {
  await server.stop();
  await removeTemporaryFolders();
});

interface AnswerTo {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: { readonly code?: string };
}

/** A login from another network address of this machine. */
async function logInFrom(
  localAddress: string,
  name: string,
  password: string,
  url = server.url,
): Promise<AnswerTo> {
  const { promise, resolve, reject } = Promise.withResolvers<AnswerTo>();
  const headers = { 'content-type': 'application/json' };
  const sending = request(
    `${url}/api/auth/login`,
    { method: 'POST', localAddress, headers },
    async (answer) => {
      const body = JSON.parse(await text(answer));
      resolve({ status: answer.statusCode ?? 0, headers: answer.headers, body });
    },
  );
  sending.on('error', reject).end(JSON.stringify({ name, password }));
  return promise;
}

describe('failed logins', () => {
  test('slow down the account, whether there is such a user or not, and the wait is told', async () => {
    const { name, password } = { name: 'never-logged-in', password: newPassword() };
    await ok(admin.api.post('/api/auth/register', { name, password }), 201);
    for (const who of [name, 'nobody-at-all']) {
      const details = new Set<string>();
      for (let i = 0; i < 5; i++) {
        details.add(
          (
            await refused(
              server.api.post('/api/auth/login', { name: who, password: 'wrong' }),
              401,
              'login-failed',
            )
          ).detail,
        );
      }
      assert.deepEqual([...details], ['There is no user with this name and password.']);
      const answer = await server.api.post('/api/auth/login', { name: who, password });
      await refused(Promise.resolve(answer), 429, 'login-throttled');
      const seconds = Number(answer.headers.get('retry-after'));
      assert.ok(seconds >= 1 && seconds <= 2, `${seconds} s`);
    }
    await pause(2_000);
    await logIn(server.api, name, password);
  });

  test('of strangers do not lock a user out of where they are known', async () => {
    const statuses = new Set<number>();
    for (let i = 0; i < 12; i++) statuses.add((await logInFrom('127.0.0.2', 'ada', 'wrong')).status);
    assert.deepEqual(statuses, new Set([401, 429]));
    assert.equal((await logInFrom('127.0.0.2', 'ada', ada.password)).status, 429);
    await logIn(server.api, 'ada', ada.password);
    await ok(ada.session.get('/api/auth/me'));
  });

  test('of one address are limited over all accounts', async () => {
    const strict = await startServer({ ASSAY_LOGIN_FAILURES_PER_ADDRESS: '3' });
    const owner = await enterAsAdministrator(strict);
    for (let i = 0; i < 3; i++)
      await refused(
        strict.api.post('/api/auth/login', { name: `name-${i}`, password: 'x' }),
        401,
        'login-failed',
      );
    await refused(
      strict.api.post('/api/auth/login', { name: 'admin', password: owner.password }),
      429,
      'login-throttled',
    );
    assert.equal((await logInFrom('127.0.0.2', 'admin', owner.password, strict.url)).status, 200);
    await strict.stop();
  });

  test('made all at once get no further than one after another', async () => {
    const guesses = Array.from({ length: 20 }, () => logInFrom('127.0.0.3', 'guessed-at', newPassword()));
    const statuses = (await Promise.all(guesses)).map(({ status }) => status);
    assert.equal(statuses.filter((status) => status === 401).length, 5, statuses.join(' '));
  });
});

describe('requests', () => {
  test('are counted per token and per address, told in every answer, and refused beyond the limit', async () => {
    const strict = await startServer({
      ASSAY_REQUESTS_PER_MINUTE: '20',
      ASSAY_ANONYMOUS_REQUESTS_PER_MINUTE: '30',
    });
    const owner = await enterAsAdministrator(strict);
    const other = await addUser(owner, 'other');
    const bytes = await smallPackage();
    const begun = await begin(other.api, { name: 'counted' }, bytes.length);
    let left = Number.POSITIVE_INFINITY;
    for (;;) {
      const answer = await other.api.get('/api/packages');
      assert.equal(answer.headers.get('ratelimit-limit'), '20');
      assert.ok(Number(answer.headers.get('ratelimit-reset')) <= 60);
      if (answer.status === 429) {
        await refused(Promise.resolve(answer), 429, 'throttled');
        const retry = Number(answer.headers.get('retry-after'));
        assert.ok(retry >= 1 && retry <= 60, `${retry} s`);
        break;
      }
      const remaining = Number(answer.headers.get('ratelimit-remaining'));
      assert.ok(remaining < left, 'counts down');
      left = remaining;
    }
    assert.equal(left, 0);
    // Others are not affected, and neither are transfers and whoever watches the server.
    await ok(owner.session.get('/api/packages'));
    assert.ok(begun.form);
    await ok(sendForm(begun.form, bytes), 204);
    for (let i = 0; i < 50; i++) await ok(strict.api.get('/health'));

    let statuses: number[] = [];
    for (let i = 0; i < 40; i++) statuses.push((await strict.api.get('/')).status);
    assert.ok(statuses.includes(200) && statuses.at(-1) === 429);
    statuses = [];
    for (let i = 0; i < 40; i++) statuses.push((await strict.api.as('bad').get('/api/packages')).status);
    assert.ok(statuses.includes(401) && statuses.at(-1) === 429, 'bad tokens are counted per address, too');
    await strict.stop();
  });
});

describe('browsers', () => {
  const securityHeaders = {
    'x-content-type-options': 'nosniff',
    'x-frame-options': 'DENY',
    'referrer-policy': 'no-referrer',
    'cross-origin-opener-policy': 'same-origin',
  };

  test('are told with every answer to do nothing with it but read it', async () => {
    const { packageId } = await publish(ada.api, { name: 'seen-in-browsers' });
    const { url } = await ok(ada.api.get<Download>(`/api/packages/${packageId}/download`));
    const answers = {
      welcome: await server.api.call('GET', '/', { headers: { accept: 'text/html' } }),
      list: await ada.api.get('/api/packages'),
      refusal: await server.api.get('/api/packages'),
      nothing: await server.api.get('/no/such/route'),
      content: await server.api.get(url),
      file: await ada.api.get(`/api/packages/${packageId}/files/index.js`),
      docs: await server.api.get('/api/docs'),
      'error page': await server.api.get('/api/docs/errors/not-found'),
    };
    for (const [what, { headers }] of Object.entries(answers)) {
      for (const [name, value] of Object.entries(securityHeaders))
        assert.equal(headers.get(name), value, `${name} of ${what}`);
      assert.match(headers.get('content-security-policy') ?? '', /default-src '(none|self)'/, what);
      assert.match(headers.get('content-security-policy') ?? '', /frame-ancestors 'none'/, what);
      assert.equal(headers.get('x-powered-by'), null);
      assert.equal(headers.get('set-cookie'), null);
    }
  });

  test('let pages of the configured origins call the API, and no others', async () => {
    const preflight = (from: string, path = '/api/packages') =>
      server.api.call('OPTIONS', path, {
        headers: {
          origin: from,
          'access-control-request-method': 'PUT',
          'access-control-request-headers': 'authorization,content-type',
        },
      });
    const allowed = await preflight(origin);
    assert.equal(allowed.status, 204);
    assert.equal(allowed.headers.get('access-control-allow-origin'), origin);
    assert.match(allowed.headers.get('access-control-allow-methods') ?? '', /PUT/);
    assert.match(allowed.headers.get('access-control-allow-headers') ?? '', /authorization/);
    assert.equal(allowed.headers.get('access-control-allow-credentials'), null);
    const refusedOrigin = await preflight('https://evil.example.org');
    assert.notEqual(refusedOrigin.headers.get('access-control-allow-origin'), 'https://evil.example.org');
    const used = await ada.api.call('GET', '/api/packages', { headers: { origin } });
    assert.equal(used.headers.get('access-control-allow-origin'), origin);
    assert.match(used.headers.get('access-control-expose-headers') ?? '', /etag/);
    const problem = await server.api.call('GET', '/api/packages', { headers: { origin } });
    assert.equal(problem.headers.get('access-control-allow-origin'), origin, 'refusals can be read as well');

    const closed = await startServer();
    const answer = await closed.api.call('GET', '/', { headers: { origin } });
    assert.equal(answer.headers.get('access-control-allow-origin'), null);
    await closed.stop();
  });
});

test('where registration is open everybody registers, with the default permissions and no more', async () => {
  const open = await startServer({
    ASSAY_OPEN_REGISTRATION: 'true',
    ASSAY_DEFAULT_PERMISSIONS: 'search,upload',
  });
  await open.oneTimePassword();
  const password = newPassword();
  const made = await ok(
    open.api.post<{ permissions: string[] }>('/api/auth/register', { name: 'walk-in', password }),
    201,
  );
  assert.deepEqual(made.permissions, ['upload', 'search']);
  const more = { name: 'walk-in-2', password, permissions: ['admin'] };
  await refused(open.api.post('/api/auth/register', more), 403, 'permission-denied');
  await refused(
    open.api.post('/api/auth/register', { ...more, permissions: ['download'] }),
    403,
    'permission-denied',
  );
  const { token } = await logIn(open.api, 'walk-in', password);
  await publish(open.api.as(token), { name: 'by-a-walk-in' });
  await open.stop();
});
