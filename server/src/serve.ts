import { pino } from 'pino';
import type { Config } from './config/index.ts';
import { buildApp } from './http/app.ts';
import { wire } from './wiring.ts';

/** The API and a worker in one process, until a signal stops it. */
export async function serve(config: Config): Promise<void> {
  const logger = pino({ level: config.server.logLevel });
  const { registry, close } = await wire(config);
  const app = await buildApp(registry, config.server, logger);
  const address = await app.listen({ host: config.server.host, port: config.server.port });
  console.log(`Assay is ready at ${address}`);
  const stop = async () => {
    await app.close();
    await close();
  };
  process.once('SIGTERM', stop).once('SIGINT', stop);
}
