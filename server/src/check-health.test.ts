import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, describe, test } from 'node:test';
import { run } from './command-line.ts';

describe('assay health', () => {
  const asked: string[] = [];
  const secrets: (string | undefined)[] = [];
  let status = 200;
  let body = '{}';
  let server: Server;
  let port = '';

  before(async () => {
    server = createServer((request, response) => {
      asked.push(`${request.headers.host} ${request.url}`);
      secrets.push(request.headers.authorization);
      response.writeHead(status).end(body);
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    port = String((server.address() as AddressInfo).port);
  });
  after(() => server.close());

  async function ran(args: string[], environment: Record<string, string>) {
    const lines: string[] = [];
    const output = { log: (line: string) => lines.push(line), error: (line: string) => lines.push(line) };
    return { code: await run(['health', ...args], environment, output), lines };
  }

  test('is 0 when the server answers, which it asks on this machine also where it listens on every address', async () => {
    status = 200;
    for (const host of ['127.0.0.1', '0.0.0.0']) {
      assert.equal((await ran([], { ASSAY_HOST: host, ASSAY_PORT: port })).code, 0);
    }
    assert.deepEqual(asked.splice(0), [`127.0.0.1:${port} /health`, `127.0.0.1:${port} /health`]);
  });

  test('asks what runs validators when told to', async () => {
    status = 200;
    const { code } = await ran(['--only', 'validators'], {
      ASSAY_VALIDATOR_RUNNER_PORT: port,
      ASSAY_PORT: '1',
    });
    assert.equal(code, 0);
    assert.equal(asked.splice(0).length, 1);
  });

  test('is 1, and says why without a stack, when the answer is no or there is none', async () => {
    status = 503;
    const refused = await ran([], { ASSAY_PORT: port });
    assert.equal(refused.code, 1);
    assert.deepEqual(refused.lines, [`http://127.0.0.1:${port}/health answers 503.`]);
    const gone = createServer().listen(0, '127.0.0.1');
    await once(gone, 'listening');
    const nobodys = (gone.address() as AddressInfo).port;
    gone.close();
    await once(gone, 'close');
    const alone = await ran([], { ASSAY_PORT: String(nobodys) });
    assert.equal(alone.code, 1);
    assert.match(alone.lines.join(), /\/health does not answer: [^\n]*ECONNREFUSED[^\n]*\.$/);
  });

  test('tells what is wrong with what runs validators, which is told who knows the secret', async () => {
    const secret = 's'.repeat(32);
    const settings = { ASSAY_VALIDATOR_RUNNER_PORT: port, ASSAY_VALIDATOR_RUNNER_SECRET: secret };
    [status, body] = [503, JSON.stringify({ ready: false, problems: ['No seccomp here.', 'Nor there.'] })];
    const { code, lines } = await ran(['--only', 'validators'], settings);
    assert.deepEqual(
      [code, lines],
      [1, [`http://127.0.0.1:${port}/health answers 503. No seccomp here. Nor there.`]],
    );
    assert.equal(secrets.at(-1), `Bearer ${secret}`);
    await ran([], { ...settings, ASSAY_PORT: port });
    assert.equal(secrets.at(-1), undefined, 'the server was told the secret');
  });

  test('is 2 for a role that listens to nobody', async () => {
    assert.equal((await ran(['--only', 'workers'], {})).code, 2);
  });
});
