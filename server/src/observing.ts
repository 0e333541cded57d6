import type { Logger } from 'pino';
import type { Config } from './config/index.ts';
import { createLogger } from './logging.ts';
import type { Phase } from './shutdown.ts';
import { openTracing, type Tracing } from './wiring/tracing.ts';

export interface Observing {
  readonly logger: Logger;
  readonly tracing: Tracing;
  /** What is still to be done at a stop when all else is. */
  readonly lastPhases: readonly Phase[];
}

/** The log and the traces of a role: lines name the span that they are written within, and tell what keeps traces from arriving. */
export async function openObserving(config: Config): Promise<Observing> {
  const tracing = await openTracing(config, (problem, cause) => logger.warn({ err: cause }, problem));
  const logger = createLogger(config.server, tracing.ids);
  const lastPhases = tracing.tracer === null ? [] : [{ name: 'send traces', run: tracing.close }];
  return { logger, tracing, lastPhases };
}
