// The registry in one of two regions: its processes, with that region's outputs as their configuration and its roles as
// their identity; and the command that moves it, with the role that is for that and for nothing else.
import assert from 'node:assert/strict';
import { DescribeServicesCommand, ECSClient } from '@aws-sdk/client-ecs';
import type { Api } from '../../acceptance/src/call.ts';
import { AssayProcess, ServerProcess } from '../../acceptance/src/server-process.ts';
import type { Credentials } from './emulator.ts';
import { ScratchFolder } from './registry.ts';
import type { Rehearsal } from './rehearsal.ts';
import type { Services } from './use-fargate.ts';

/** One of them, with what the stack has made there. */
export interface Region extends Services {
  readonly name: string;
  readonly cluster: { readonly name: string; readonly services: Readonly<Record<string, string>> };
}

/** One task of the API and one worker, which share no disk with those of before. */
export class RunningRegistry {
  readonly server: ServerProcess;
  readonly #worker: AssayProcess;
  readonly #data: ScratchFolder;

  /** Resolves when both are ready. */
  static async start(rehearsal: Rehearsal, region: Region): Promise<RunningRegistry> {
    const data = await ScratchFolder.make();
    const environment = (service: 'api' | 'worker') =>
      rehearsal.here(region.environments[service], region.credentials[service], data.path);
    const worker = await AssayProcess.launch(['work'], data.path, environment('worker'));
    const server = await ServerProcess.start(data.path, environment('api'));
    await worker.printed(/^Assay works on jobs\.$/m);
    return new RunningRegistry(server, worker, data);
  }

  private constructor(server: ServerProcess, worker: AssayProcess, data: ScratchFolder) {
    this.server = server;
    this.#worker = worker;
    this.#data = data;
  }

  /** For somebody who was given a token, wherever that was. */
  as({ token }: Api): Api {
    return this.server.api.as(token);
  }

  async stopWorker(): Promise<void> {
    await endedInOrder(this.#worker);
  }

  async stop(): Promise<void> {
    await this.stopWorker();
    await endedInOrder(this.server);
    await this.#data[Symbol.asyncDispose]();
  }

  /** As when a region is lost. */
  async kill(): Promise<void> {
    this.#worker.signal('SIGKILL');
    await this.server.kill();
    await this.#worker.exit();
    await this.#data[Symbol.asyncDispose]();
  }
}

async function endedInOrder(process: AssayProcess): Promise<void> {
  process.signal('SIGTERM');
  assert.deepEqual(await process.exit(), { code: 0, signal: null }, process.complaints);
}

/** How many tasks are wanted in the region, by service; asked with what may move the registry. */
export async function tasksIn(
  { emulator }: Rehearsal,
  { name, cluster }: Region,
  { AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN }: Credentials,
): Promise<Record<string, number>> {
  const client = new ECSClient({
    endpoint: emulator.url,
    region: name,
    credentials: {
      accessKeyId: AWS_ACCESS_KEY_ID,
      secretAccessKey: AWS_SECRET_ACCESS_KEY,
      sessionToken: AWS_SESSION_TOKEN,
    },
  });
  const { services = [] } = await client.send(
    new DescribeServicesCommand({ cluster: cluster.name, services: Object.values(cluster.services) }),
  );
  client.destroy();
  return Object.fromEntries(
    services.map(({ serviceName = '', desiredCount = 0 }) => [serviceName, desiredCount]),
  );
}
