// The real ClamAV daemon, with signatures of our own: those that it is delivered with need the network.
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { waitFor } from '../src/call.ts';
import { needsProgram } from '../src/needs.ts';
import { decided, upload, zipOf } from '../src/packages.ts';
import { AssayProcess, removeTemporaryFolders, startServer } from '../src/server-process.ts';
import { addUser, enterAsAdministrator } from '../src/users.ts';

const clamd = needsProgram('clamd', 'clamav-daemon');
const folder = await mkdtemp(join(tmpdir(), 'assay-clamav-'));
const socket = join(folder, 'clamd.sock');
const mib = 1024 ** 2;
/** Nothing else has it, least of all this file: it is put together here. */
const marker = ['known', 'to', 'the', 'signatures', 'of', 'this', 'test'].join('-');
const daemons: ChildProcess[] = [];

after(async () => {
  for (const daemon of daemons) daemon.kill('SIGKILL');
  await removeTemporaryFolders();
  await rm(folder, { recursive: true });
});

async function startClamd(fileLimit = '8M'): Promise<ChildProcess> {
  const database = join(folder, 'database');
  await mkdir(database, { recursive: true });
  await writeFile(join(database, 'own.ndb'), `Assay.Test:0:*:${Buffer.from(marker).toString('hex')}\n`);
  const config = join(folder, `clamd-${fileLimit}.conf`);
  const lines = {
    LocalSocket: socket,
    DatabaseDirectory: database,
    TemporaryDirectory: folder,
    Foreground: 'yes',
    StreamMaxLength: '8M',
    MaxFileSize: fileLimit,
    MaxScanSize: '8M',
  };
  const text = Object.entries(lines).map(([name, value]) => `${name} ${value}\n`);
  await writeFile(config, text.join(''));
  const daemon = spawn(clamd.path, ['--config-file', config], { stdio: 'ignore' });
  daemons.push(daemon);
  await waitFor('the ClamAV daemon', () => answers(socket));
  return daemon;
}

async function stopClamd(daemon: ChildProcess): Promise<void> {
  daemon.kill('SIGTERM');
  await once(daemon, 'exit');
  await rm(socket, { force: true });
}

function answers(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = connect({ path }, () => probe.write('zPING\0'));
    probe.once('data', () => resolve(true)).once('error', () => resolve(false));
    probe.once('data', () => probe.destroy());
  });
}

describe('with the ClamAV daemon', { skip: clamd.skip }, () => {
  test('a file that it knows is quarantined, wherever the bytes lie; others are published', async (t) => {
    const daemon = await startClamd();
    const server = await startServer({ ASSAY_CLAMD: socket, ASSAY_CLAMD_WINDOW_BYTES: String(8 * mib) });
    t.after(() => server.stop());
    const { api } = await addUser(await enterAsAdministrator(server), 'ada');
    const large = (at: number) => {
      const bytes = randomBytes(20 * mib);
      bytes.write(marker, at);
      return bytes;
    };
    const packages = {
      small: { 'a.txt': `before ${marker} after` },
      // Across the end of the first window, and at the end of a file that is larger than all its limits.
      crossing: { 'a.bin': large(8 * mib - 5) },
      last: { 'a.bin': large(20 * mib - marker.length) },
      clean: { 'a.bin': randomBytes(20 * mib), 'b.txt': 'nothing' },
    };
    const states: Record<string, string> = {};
    for (const [name, files] of Object.entries(packages)) {
      const { id } = await upload(api, { name }, await zipOf(files, Object.keys(files)));
      const { outcome } = await decided(api, id);
      states[name] = outcome.state;
      const checks = (outcome.report?.checks ?? []) as unknown as { check: string; rules: string }[];
      const malware = checks.find(({ check }) => check === 'malware');
      assert.match(malware?.rules ?? '', /^\d+ \(ClamAV [0-9.]+.*, YARA [0-9a-f]+\)$/);
      if (name !== 'clean') assert.match(JSON.stringify(malware), /Assay\.Test/);
    }
    assert.deepEqual(states, {
      small: 'quarantined',
      crossing: 'quarantined',
      last: 'quarantined',
      clean: 'published',
    });
    await stopClamd(daemon);
  });

  test('a version waits while it is away, and is published when it is back', async (t) => {
    const server = await startServer({ ASSAY_CLAMD: socket, ASSAY_CLAMD_WINDOW_BYTES: String(8 * mib) });
    t.after(() => server.stop());
    const { api } = await addUser(await enterAsAdministrator(server), 'ada');
    const { id } = await upload(api, { name: 'waits' }, await zipOf({ 'a.txt': 'nothing' }));
    await waitFor('an attempt', () =>
      server.log.some((line) => JSON.stringify(line).includes('ClamAV daemon')),
    );
    const daemon = await startClamd();
    const { outcome } = await decided(api, id);
    assert.equal(outcome.state, 'published');
    await stopClamd(daemon);
  });

  test('the server does not start when its limits are below what it would be sent', async () => {
    const daemon = await startClamd('4M');
    const data = await mkdtemp(join(folder, 'data-'));
    const process = await AssayProcess.launch(['serve'], data, {
      ASSAY_CLAMD: socket,
      ASSAY_CLAMD_WINDOW_BYTES: String(8 * mib),
    });
    const { code } = await process.exit();
    assert.notEqual(code, 0);
    assert.match(process.complaints, /MaxFileSize or MaxScanSize/);
    await stopClamd(daemon);
  });
});
