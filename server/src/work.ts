// The role `work`: a worker without an API, beside others on the same engines.
import type { Config } from './config/index.ts';
import { createLogger, exitAfterLog } from './logging.ts';
import { type Phase, stopOnSignal } from './shutdown.ts';
import { startWorker } from './start-worker.ts';
import { wire } from './wiring/wire.ts';

/** Resolves when jobs are taken. A signal stops it, in phases. */
export async function work(config: Config): Promise<void> {
  const logger = createLogger(config.server);
  const wired = await wire(config, logger);
  const worker = startWorker(wired.worker, config.worker, wired, logger);
  const graceMs = config.server.shutdownTimeoutMs;
  const phases: Phase[] = [
    { name: 'finish jobs', run: () => worker.stop(graceMs * 0.8) },
    { name: 'flush audit', run: wired.flushAudit },
    { name: 'close engines', run: wired.close },
  ];
  stopOnSignal(process, phases, { phaseTimeoutMs: graceMs, log: logger }, (code) =>
    exitAfterLog(logger, code),
  );
  console.log('Assay works on jobs.');
}
