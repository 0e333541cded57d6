// moto, an emulator of AWS in Python, as a second opinion and for services that nothing real can stand in for. It
// checks neither signatures nor permissions.
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { ServerMissing, type TestServer } from '../test-servers.ts';

const program = 'python3';

/** Ends with whoever started it, however that ends: nothing else closes its standard input. */
const script = `
import os, sys, threading
from moto.server import main
def end_with_starter():
    sys.stdin.read()
    os._exit(0)
threading.Thread(target=end_with_starter, daemon=True).start()
main(["-H", "127.0.0.1", "-p", "0"])
`;

export const moto: TestServer = {
  variables: ['AWS_MOTO_ENDPOINT'],
  async start() {
    await requireModule();
    const server = spawn(program, ['-u', '-c', script], {
      stdio: ['pipe', 'ignore', 'pipe'],
      // The contract suites use small parts; S3 takes none under 5 MiB but the last.
      env: { ...process.env, S3_UPLOAD_PART_MIN_SIZE: '1048576' },
    });
    const ended = once(server, 'exit');
    let endpoint: string | undefined;
    for await (const line of createInterface(server.stderr)) {
      endpoint = /Running on (http:\/\/127\.0\.0\.1:\d+)/.exec(line)?.[1];
      if (endpoint !== undefined) break;
    }
    if (endpoint === undefined) throw new Error('moto ended before it listened.');
    // It tells every request; nobody wants to know, and nobody must block it.
    server.stderr.resume();
    server.unref();
    return {
      environment: { AWS_MOTO_ENDPOINT: endpoint },
      async stop() {
        server.ref();
        server.stdin.end();
        await ended;
      },
    };
  },
};

async function requireModule(): Promise<void> {
  try {
    await promisify(execFile)(program, ['-c', 'import moto.server, flask']);
  } catch {
    throw new ServerMissing('needs the Python module moto.server: pip install "moto[server]"');
  }
}
