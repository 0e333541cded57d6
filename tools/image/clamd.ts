// The ClamAV daemon of Debian with one signature of its own, since those that it is delivered with need the network.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { waitFor } from '../../acceptance/src/call.ts';
import { findProgram } from '../find-program.ts';
import { ServerMissing } from '../test-servers.ts';

/** At the port of the loopback interface. Rejects with `ServerMissing` where it is not installed. */
export async function startClamd(port: number): Promise<AsyncDisposable> {
  const program = findProgram('clamd');
  if (program === undefined) throw new ServerMissing('needs clamd: apt-get install clamav-daemon');
  const folder = await mkdtemp(join(tmpdir(), 'assay-clamd-'));
  await writeFile(join(folder, 'own.ndb'), `Assay.Test:0:*:${Buffer.from('a-signature').toString('hex')}\n`);
  const settings = {
    TCPSocket: port,
    TCPAddr: '127.0.0.1',
    DatabaseDirectory: folder,
    TemporaryDirectory: folder,
    Foreground: 'yes',
  };
  const config = join(folder, 'clamd.conf');
  const lines = Object.entries(settings).map(([name, value]) => `${name} ${value}\n`);
  await writeFile(config, lines.join(''));
  // Ends with this process, however that ends.
  const command = ['--pdeathsig', 'KILL', program, '--config-file', config];
  const daemon = spawn('setpriv', command, { stdio: 'ignore' });
  const ended = once(daemon, 'exit');
  await waitFor('the ClamAV daemon', () => listens(port));
  return {
    async [Symbol.asyncDispose]() {
      daemon.kill('SIGKILL');
      await ended;
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function listens(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => {
      socket.destroy();
      resolve(true);
    });
    socket.on('error', () => resolve(false));
  });
}
