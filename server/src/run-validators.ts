// The role `work --only validators`: runs validators for servers, and holds no records, no content and no keys.
import { setTimeout as pause } from 'node:timers/promises';
import { serveRunner } from './adapters/sandbox/runner-server.ts';
import { tryAgainMs } from './adapters/sandbox/sandbox.ts';
import { TriedSandbox } from './adapters/sandbox/tried-sandbox.ts';
import { type Config, ConfigError } from './config/index.ts';
import { createLogger, exitAfterLog } from './logging.ts';
import { type Phase, stopOnSignal } from './shutdown.ts';
import { openFeatures } from './wiring/features.ts';
import { openLocalSandbox } from './wiring/sandbox.ts';

/** Resolves when scripts are run, after what confines them was tried out. Until then it says that it is not ready. */
export async function runValidators(config: Config): Promise<void> {
  const { runnerHost: host, runnerPort: port, runnerSecret: secret } = config.sandbox;
  if (secret === '') {
    throw new ConfigError(['ASSAY_VALIDATOR_RUNNER_SECRET must be set, to the same as at the server.']);
  }
  const logger = createLogger(config.server);
  const opened = new AsyncDisposableStack();
  const stopping = new AbortController();
  const features = await openFeatures(config, logger, opened);
  const sandbox = openLocalSandbox(config, features, logger);
  const tried = new TriedSandbox(sandbox);
  const report = (problem: string, cause?: unknown) => logger.warn({ err: cause }, problem);
  const server = await serveRunner(tried, { host, port, secret, report });
  const phases: Phase[] = [
    {
      name: 'end validators',
      run: async () => {
        stopping.abort();
        await server[Symbol.asyncDispose]();
      },
    },
    { name: 'end workers', run: async () => sandbox[Symbol.asyncDispose]() },
    { name: 'end asking for features', run: () => opened.disposeAsync() },
  ];
  const options = { phaseTimeoutMs: config.server.shutdownTimeoutMs, log: logger };
  stopOnSignal(process, phases, options, (code) => exitAfterLog(logger, code));
  await untilReady(tried, server.url, stopping.signal);
}

async function untilReady(tried: TriedSandbox, url: string, stopping: AbortSignal): Promise<void> {
  while (!stopping.aborted) {
    const { ready, problems } = await tried.tryOut();
    if (ready) return console.log(`Assay runs validators at ${url}`);
    // What was broken off says nothing.
    if (stopping.aborted) return;
    console.log(`Assay runs no validators at ${url}: ${problems.join(' ')}`);
    // Not before the sandbox itself would.
    await pause(tryAgainMs + 1_000, undefined, { signal: stopping }).catch(() => {});
  }
}
