// The role `serve`: the API and a worker in one process.
import { pino } from 'pino';
import type { Config } from './config/index.ts';
import { ensureFirstAdministrator, type FirstAdministrator } from './core/access/index.ts';
import { buildApp } from './http/app.ts';
import { type Phase, stopOnSignal } from './shutdown.ts';
import { wire } from './wiring.ts';

/** Resolves when requests are answered. A signal stops it, in phases. */
export async function serve(config: Config): Promise<void> {
  const logger = pino({ level: config.server.logLevel });
  const { registry, close } = await wire(config);
  const app = await buildApp(registry, config.server, logger);
  const { host, port } = config.server;
  const address = await app.listen({ host, port }).catch(async (error) => {
    await close();
    throw error;
  });
  console.log(`Assay is ready at ${address}`);
  // Not earlier: what a start that fails has made and not told would be lost.
  announce(await ensureFirstAdministrator(registry));

  // Answered requests note entries of the audit and queue jobs; so they end first, and the engines last.
  const phases: Phase[] = [
    {
      name: 'finish requests',
      // Takes no new connections from its first moment on.
      run: () => app.close(),
      giveUp: () => app.server.closeAllConnections(),
    },
    { name: 'close engines', run: close },
  ];
  const options = { phaseTimeoutMs: config.server.shutdownTimeoutMs, log: logger };
  stopOnSignal(process, phases, options, (code) => process.exit(code));
}

/** The only time that the password can be seen. */
function announce(administrator: FirstAdministrator | null): void {
  if (administrator === null) return;
  const { name, oneTimePassword } = administrator;
  console.log(`Log in as ${name} with the one-time password ${oneTimePassword} and change it.`);
}
