// The role `work --only validators`: runs validators for servers, and holds no records, no content and no keys.
import { serveRunner } from './adapters/sandbox/runner-server.ts';
import { type Config, ConfigError } from './config/index.ts';
import { createLogger, exitAfterLog } from './logging.ts';
import { type Phase, stopOnSignal } from './shutdown.ts';
import { openFeatures } from './wiring/features.ts';
import { openLocalSandbox } from './wiring/sandbox.ts';

/** Resolves when it listens, after what confines scripts was tried out. A signal stops it. */
export async function runValidators(config: Config): Promise<void> {
  const { runnerHost: host, runnerPort: port, runnerSecret: secret } = config.sandbox;
  if (secret === '') {
    throw new ConfigError(['ASSAY_VALIDATOR_RUNNER_SECRET must be set, to the same as at the server.']);
  }
  const logger = createLogger(config.server);
  const opened = new AsyncDisposableStack();
  const features = await openFeatures(config, logger, opened);
  const sandbox = openLocalSandbox(config, features, logger);
  const report = (problem: string, cause?: unknown) => logger.warn({ err: cause }, problem);
  const server = await serveRunner(sandbox, { host, port, secret, report });
  const phases: Phase[] = [
    { name: 'end validators', run: async () => server[Symbol.asyncDispose]() },
    { name: 'end workers', run: async () => sandbox[Symbol.asyncDispose]() },
    { name: 'end asking for features', run: () => opened.disposeAsync() },
  ];
  const options = { phaseTimeoutMs: config.server.shutdownTimeoutMs, log: logger };
  stopOnSignal(process, phases, options, (code) => exitAfterLog(logger, code));
  const { ready, problems } = await sandbox.prepare();
  console.log(
    ready
      ? `Assay runs validators at ${server.url}`
      : `Assay runs no validators at ${server.url}: ${problems.join(' ')}`,
  );
}
