import type { Config } from '../config/index.ts';
import type { SpanIds, Tracer } from '../core/health/index.ts';
import { version } from '../version.ts';

export interface Tracing {
  /** Null: nothing is traced, and none of it is loaded. */
  readonly tracer: Tracer | null;
  /** Names the span that a line of the log is written within. */
  readonly ids: (() => SpanIds | undefined) | null;
  /** Sends what has not been sent; for no longer than the configuration allows. */
  close(): Promise<void>;
}

/** `report` gets what keeps traces from arriving. */
export async function openTracing(
  { traces }: Pick<Config, 'traces'>,
  report: (problem: string, cause?: unknown) => void,
): Promise<Tracing> {
  if (traces.endpoint === '') return { tracer: null, ids: null, close: async () => {} };
  const { openTracer } = await import('../adapters/opentelemetry/open-telemetry-tracer.ts');
  const { endpoint: url, headers, timeoutMs, serviceName, followClients } = traces;
  const settings = { serviceName, version, share: traces.keptPercent / 100, followClients };
  const tracer = openTracer(settings, { url, headers, timeoutMs, report });
  return { tracer, ids: () => tracer.current()?.ids, close: () => tracer.close() };
}
