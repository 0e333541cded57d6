// How requests went in the last minutes, kept small enough for every request to be counted: per minute two
// counters and a histogram whose buckets double.
import type { Component, HealthIssue, Observation } from './component.ts';
import { statusFrom } from './component.ts';
import { MinuteRing, startOfMinute } from './minutes.ts';

/** Bucket n counts durations under 2ⁿ⁺¹ ms that are not in the one before; the last one all the rest. */
const buckets = 17;

interface Minute {
  requests: number;
  errors: number;
  readonly durations: Uint32Array;
}

const fewRequests = 20;

/** The API as a component: how many requests, how many of them failed by our fault, how long they took. */
export class Traffic implements Component {
  readonly id = 'api';
  readonly title = 'HTTP API';
  readonly description = 'Answers requests.';
  readonly logs = [{ label: 'Failed operations', url: '/api/audit?outcome=failed' }];
  readonly #minutes = new MinuteRing<Minute>(() => ({
    requests: 0,
    errors: 0,
    durations: new Uint32Array(buckets),
  }));

  /** Counts one answered request. */
  note(now: Date, status: number, durationMs: number): void {
    const minute = this.#minutes.at(now);
    minute.requests += 1;
    if (status >= 500) minute.errors += 1;
    const bucket = Math.min(31 - Math.clz32(Math.max(1, durationMs)), buckets - 1);
    minute.durations[bucket] = (minute.durations[bucket] ?? 0) + 1;
  }

  async observe(now: Date, windowMinutes: number): Promise<Observation> {
    const minutes = this.#minutes.last(windowMinutes, now);
    const requests = sum(minutes.map(({ slot }) => slot.requests));
    const errors = sum(minutes.map(({ slot }) => slot.errors));
    const issues = issuesOf(requests, errors);
    return {
      status: requests === 0 ? 'unknown' : statusFrom(issues),
      metrics: {
        requests,
        errors,
        p95Ms: quantile(
          minutes.map(({ slot }) => slot.durations),
          0.95,
        ),
      },
      issues,
      timeline: minutes.map(({ minute, slot }) => ({
        bucket: startOfMinute(minute),
        value: slot.requests,
        unit: 'requests',
      })),
    };
  }
}

function issuesOf(requests: number, errors: number): HealthIssue[] {
  const share = errors / requests;
  if (requests < fewRequests || share < 0.01) return [];
  const summary = `${errors} of ${requests} requests failed on our side; the log has the causes.`;
  return [{ code: 'requests-fail', severity: share < 0.25 ? 'warning' : 'error', summary }];
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

/** The upper bound of the bucket that the quantile falls into, in milliseconds; 0 where there is nothing. */
function quantile(histograms: readonly Uint32Array[], share: number): number {
  const counts = Array.from({ length: buckets }, (_, i) => sum(histograms.map((counts) => counts[i] ?? 0)));
  const wanted = share * sum(counts);
  let seen = 0;
  const bucket = counts.findIndex((count) => {
    seen += count;
    return seen > 0 && seen >= wanted;
  });
  return bucket === -1 ? 0 : 2 ** (bucket + 1);
}
