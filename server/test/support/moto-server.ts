// AWS as emulated by moto, for one test file: that of the whole run, or one of its own. `skip` goes into the options of
// a suite; names of queues, keys and secrets must be drawn, since files share the emulator.
import { after } from 'node:test';
import { moto } from '../../../tools/test-servers/moto.ts';
import { ServerMissing, type StartedServer } from '../../../tools/test-servers.ts';

const [variable] = moto.variables;
const running = process.env[variable];
const started = running === undefined ? await startOrSkip() : undefined;
if (typeof started === 'object') after(() => started.stop());

async function startOrSkip(): Promise<StartedServer | string> {
  try {
    return await moto.start();
  } catch (error) {
    if (error instanceof ServerMissing) return error.message;
    throw error;
  }
}

/** False when the emulator runs, else why it does not. */
export const skip: string | false = typeof started === 'string' ? started : false;

/** What the constructor of every client of the AWS SDK takes. */
export const awsSettings = {
  region: 'eu-central-1',
  endpoint: running ?? (typeof started === 'object' ? started.environment[variable] : undefined) ?? '',
  credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  requestHandler: { connectionTimeout: 2_000, requestTimeout: 30_000, throwOnRequestTimeout: true },
  maxAttempts: 2,
};
