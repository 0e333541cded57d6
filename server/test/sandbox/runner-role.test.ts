// The role `work --only validators`, as a process of its own.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { cp, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { freePort } from '../../../tools/free-port.ts';
import { pythonSnapshot } from '../../src/adapters/sandbox/python-snapshot.ts';
import { RemoteRunner } from '../../src/adapters/sandbox/remote-runner.ts';
import { cacheFolder, noSandbox } from './range.ts';

const program = fileURLToPath(new URL('../../src/main.ts', import.meta.url));
const secret = 'a-secret-of-at-least-32-characters';

function start(environment: Record<string, string>) {
  const child = spawn(
    process.execPath,
    ['--disable-warning=ExperimentalWarning', program, 'work', '--only', 'validators'],
    { env: { ASSAY_VALIDATOR_RUNNER_PORT: '0', ...environment }, stdio: ['ignore', 'pipe', 'pipe'] },
  );
  // With all that it has said.
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  return { child, ended };
}

describe('a process that only runs validators', { skip: noSandbox }, () => {
  let folder = '';
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'assay-runner-'));
    await mkdir(join(folder, 'cache'));
    await pythonSnapshot(cacheFolder);
    await cp(cacheFolder, join(folder, 'cache'), { recursive: true });
  });
  after(() => rm(folder, { recursive: true }));

  test('answers who knows the secret, opens no records, and stops when it is told to', async () => {
    const { child, ended } = start({ ASSAY_DATA: folder, ASSAY_VALIDATOR_RUNNER_SECRET: secret });
    let said = '';
    for await (const text of child.stdout) {
      said += text;
      if (said.includes('\n') && said.includes('Assay runs')) break;
    }
    const url = /Assay runs validators at (\S+)/.exec(said)?.[1];
    assert.ok(url !== undefined, said);
    const runner = new RemoteRunner({ url, secret, timeoutMs: 60_000, report: () => {} });
    assert.deepEqual(await runner.health(), { ready: true, problems: [], running: 0, waiting: 0 });
    assert.deepEqual(await runner.checkSyntax('javascript', 'const a = 1;'), { ok: true });
    assert.equal(existsSync(join(folder, 'registry.db')), false);
    assert.equal(existsSync(join(folder, 'secrets')), false);
    child.kill('SIGTERM');
    assert.equal(await ended, 0);
  });

  test('says that it is not ready, and why, until what confines scripts was tried out', async () => {
    const port = await freePort();
    const { child, ended } = start({
      ASSAY_DATA: folder,
      ASSAY_VALIDATOR_RUNNER_SECRET: secret,
      ASSAY_VALIDATOR_RUNNER_PORT: String(port),
    });
    let said = '';
    child.stdout.on('data', (text) => {
      said += text;
    });
    const url = `http://127.0.0.1:${port}`;
    const runner = new RemoteRunner({ url, secret, timeoutMs: 60_000, report: () => {} });
    const listening = () => fetch(`${url}/health`).catch(() => null);
    let answer = await listening();
    for (; answer === null; answer = await listening()) await pause(20);
    // Trying it out takes seconds, asking a hundredth of one.
    assert.deepEqual([answer.status, await answer.json()], [503, { ready: false }]);
    const { ready, problems } = await runner.health();
    assert.deepEqual(
      [ready, problems],
      [false, ['It is being tried out whether scripts are confined here.']],
    );
    assert.equal(said, '');
    for (; answer.status === 503; answer = await fetch(`${url}/health`)) await pause(20);
    assert.equal(answer.status, 200, said);
    child.kill('SIGTERM');
    assert.equal(await ended, 0);
    assert.match(said, /^Assay runs validators at /m);
  });

  test('does not start without a secret', async () => {
    const { child, ended } = start({ ASSAY_DATA: folder });
    const said = (await child.stderr.toArray()).join('');
    assert.equal(await ended, 2);
    assert.match(said, /ASSAY_VALIDATOR_RUNNER_SECRET must be set/);
  });
});
