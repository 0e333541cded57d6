// The role `serve`: the API and, unless the configuration says otherwise, a worker in one process.
import type { Config } from './config/index.ts';
import { ensureFirstAdministrator, type FirstAdministrator } from './core/access/index.ts';
import { buildApp } from './http/app.ts';
import { exitAfterLog, plainLines } from './logging.ts';
import { openObserving } from './observing.ts';
import { type Phase, stopOnSignal } from './shutdown.ts';
import { startWorker } from './start-worker.ts';
import { wire } from './wiring/wire.ts';

/** The first seconds are for the requests that waited for the start. */
const warmUpAfterMs = 2_000;

/** Resolves when requests are answered. A signal stops it, in phases. */
export async function serve(config: Config): Promise<void> {
  const { logger, tracing, lastPhases } = await openObserving(config);
  // Whatever keeps it from starting also ends what was opened, and so the process.
  await using starting = new AsyncDisposableStack();
  starting.defer(tracing.close);
  const wired = await wire(config, logger, tracing.tracer);
  starting.defer(wired.close);
  const app = await buildApp(wired.registry, config.server, logger, plainLines(logger));
  const { host, port } = config.server;
  // Before anybody can ask to be registered.
  const administrator = await ensureFirstAdministrator(wired.registry);
  const address = await app.listen({ host, port }).catch((error) => {
    announce(administrator);
    throw error;
  });
  starting.move();
  wired.listeningAt(address);
  const worker = config.worker.inServer ? startWorker(wired.worker, config.worker, wired, logger) : null;
  if (worker !== null) wired.seeWorker(worker);
  const warming = setTimeout(
    () =>
      wired.warmUp().catch((error) => logger.warn({ err: error }, 'what requests wait for was not prepared')),
    warmUpAfterMs,
  ).unref();
  // Requests queue jobs, both are noted in the audit, and all of it lies in the engines.
  const phases: Phase[] = [
    {
      name: 'finish requests',
      // Takes no new connections from its first moment on.
      run: () => {
        clearTimeout(warming);
        return app.close();
      },
      giveUp: () => app.server.closeAllConnections(),
    },
    { name: 'finish jobs', run: async () => worker?.stop(config.server.shutdownTimeoutMs * 0.8) },
    { name: 'flush audit', run: wired.flushAudit },
    { name: 'close engines', run: wired.close },
    ...lastPhases,
  ];
  const options = { phaseTimeoutMs: config.server.shutdownTimeoutMs, log: logger };
  stopOnSignal(process, phases, options, (code) => exitAfterLog(logger, code));
  console.log(`Assay is ready at ${address}`);
  announce(administrator);
}

/** The only time that the password can be seen. */
function announce(administrator: FirstAdministrator | null): void {
  if (administrator === null) return;
  const { name, oneTimePassword } = administrator;
  console.log(`Log in as ${name} with the one-time password ${oneTimePassword} and change it.`);
}
