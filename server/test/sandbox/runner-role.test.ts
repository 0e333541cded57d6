// The role `work --only validators`, as a process of its own.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { cp, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { pythonSnapshot } from '../../src/adapters/sandbox/python-snapshot.ts';
import { RemoteRunner } from '../../src/adapters/sandbox/remote-runner.ts';
import { cacheFolder, noSandbox } from './range.ts';

const program = fileURLToPath(new URL('../../src/main.ts', import.meta.url));
const secret = 'a-secret-of-at-least-32-characters';

function start(environment: Record<string, string>) {
  const child = spawn(
    process.execPath,
    ['--disable-warning=ExperimentalWarning', program, 'work', '--only', 'validators'],
    { env: { ...environment, ASSAY_VALIDATOR_RUNNER_PORT: '0' }, stdio: ['ignore', 'pipe', 'pipe'] },
  );
  const ended = new Promise<number | null>((resolve) => child.once('exit', resolve));
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

  test('does not start without a secret', async () => {
    const { child, ended } = start({ ASSAY_DATA: folder });
    const said = (await child.stderr.toArray()).join('');
    assert.equal(await ended, 2);
    assert.match(said, /ASSAY_VALIDATOR_RUNNER_SECRET must be set/);
  });
});
