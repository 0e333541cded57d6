// The role `work`: a worker without an API, beside others on the same engines.
import type { Config } from './config/index.ts';
import { exitAfterLog } from './logging.ts';
import { openObserving } from './observing.ts';
import { type Phase, stopOnSignal } from './shutdown.ts';
import { startWorker } from './start-worker.ts';
import { wire } from './wiring/wire.ts';

/** Resolves when jobs are taken. A signal stops it, in phases. */
export async function work(config: Config): Promise<void> {
  const { logger, tracing, lastPhases } = await openObserving(config);
  const wired = await wire(config, logger, tracing.tracer);
  const worker = startWorker(wired.worker, config.worker, wired, logger);
  const graceMs = config.server.shutdownTimeoutMs;
  const phases: Phase[] = [
    { name: 'finish jobs', run: () => worker.stop(graceMs * 0.8) },
    { name: 'flush audit', run: wired.flushAudit },
    { name: 'close engines', run: wired.close },
    ...lastPhases,
  ];
  stopOnSignal(process, phases, { phaseTimeoutMs: graceMs, log: logger }, (code) =>
    exitAfterLog(logger, code),
  );
  console.log('Assay works on jobs.');
}
