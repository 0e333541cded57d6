import { Counter, Gauge, type Registry } from 'prom-client';
import type { EngineStatus } from '../../core/health/index.ts';

const openness: Readonly<Record<EngineStatus['breaker'], number>> = { closed: 0, 'half-open': 1, open: 2 };

/** How the calls to the guarded engines go, read from their guards whenever the metrics are. */
export function engineMetrics(engines: () => readonly EngineStatus[], registry: Registry): () => void {
  const registers = [registry];
  const breaker = new Gauge({
    name: 'assay_engine_breaker',
    help: 'Whether the engine is asked: 0 as usual, 1 by one call that tries, 2 not at all.',
    labelNames: ['engine'],
    registers,
  });
  const places = new Gauge({
    name: 'assay_engine_calls',
    help: 'Calls to the engine at this moment, for requests and for jobs: running, or waiting for a place.',
    labelNames: ['engine', 'for', 'state'],
    registers,
  });
  const calls = new Counter({
    name: 'assay_engine_calls_total',
    help: 'Calls to the engine: answered, failed, timed-out; not made: refused (it was known to be away), turned-away.',
    labelNames: ['engine', 'outcome'],
    registers,
  });
  const retries = new Counter({
    name: 'assay_engine_retries_total',
    help: 'Calls that were repeated after a failure.',
    labelNames: ['engine'],
    registers,
  });
  const streams = new Counter({
    name: 'assay_engine_broken_streams_total',
    help: 'Streams from the engine that broke off.',
    labelNames: ['engine'],
    registers,
  });
  return () => {
    for (const each of [calls, retries, streams]) each.reset();
    for (const { engine, ...status } of engines()) {
      breaker.set({ engine }, openness[status.breaker]);
      for (const [side, { running, waiting }] of Object.entries(status.lines)) {
        places.set({ engine, for: side, state: 'running' }, running);
        places.set({ engine, for: side, state: 'waiting' }, waiting);
      }
      const { answered, failed, timedOut, refused, turnedAway, retried, brokenStreams } = status.calls;
      const outcomes = {
        answered,
        failed: failed - timedOut,
        'timed-out': timedOut,
        refused,
        'turned-away': turnedAway,
      };
      for (const [outcome, count] of Object.entries(outcomes)) calls.inc({ engine, outcome }, count);
      retries.inc({ engine }, retried);
      streams.inc({ engine }, brokenStreams);
    }
  };
}
