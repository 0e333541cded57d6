import { type Component, type HealthIssue, noAnswer, type Observation, statusFrom } from './component.ts';
import type { CallerSide, EngineStatus } from './engine-status.ts';

/** The component of an engine whose calls are guarded: what it says itself, and how the calls to it go. */
export function guardedComponent(component: Component, status: () => EngineStatus): Component {
  const { id, title, description, logs } = component;
  return {
    id,
    title,
    description,
    logs,
    async observe(now: Date, windowMinutes: number): Promise<Observation> {
      const seen = await component.observe(now, windowMinutes).catch(noAnswer);
      const guard = status();
      const issues = [...seen.issues, ...issuesOf(guard, now)];
      return {
        status: statusFrom(issues),
        metrics: { ...seen.metrics, ...metricsOf(guard) },
        issues,
        timeline: seen.timeline,
      };
    },
  };
}

/** An engine that nobody asks merely to see how it is: only how the calls to it go. */
export function callsComponent(about: Omit<Component, 'observe'>, status: () => EngineStatus): Component {
  const observe = async () => ({ status: 'ok', metrics: {}, issues: [], timeline: [] }) as const;
  return guardedComponent({ ...about, observe }, status);
}

const openness: Readonly<Record<EngineStatus['breaker'], number>> = { closed: 0, 'half-open': 1, open: 2 };

function metricsOf({ breaker, calls, lines }: EngineStatus): Record<string, number> {
  return {
    breaker: openness[breaker],
    ...calls,
    requestsRunning: lines.requests.running,
    requestsWaiting: lines.requests.waiting,
    workerRunning: lines.worker.running,
    workerWaiting: lines.worker.waiting,
  };
}

const sideNames: Readonly<Record<CallerSide, string>> = { requests: 'the API', worker: 'the worker' };

function issuesOf(status: EngineStatus, now: Date): HealthIssue[] {
  const issues: HealthIssue[] = [];
  for (const side of ['requests', 'worker'] as const) {
    const { waiting, places } = status.lines[side];
    if (waiting === 0) continue;
    const summary = `All ${places} places of ${sideNames[side]} are taken, and ${waiting} calls wait for one.`;
    issues.push({ code: 'engine-busy', severity: 'warning', summary });
  }
  const away = awayIssue(status, now);
  return away === null ? issues : [away, ...issues];
}

function awayIssue({ breaker, awaySince, tryAt, lastFailure }: EngineStatus, now: Date): HealthIssue | null {
  if (lastFailure === null) return null;
  const { at, message } = lastFailure;
  if (breaker === 'closed') {
    const summary = `The last call that failed, at ${at.toISOString()}: ${message}.`;
    return { code: 'engine-failed', severity: 'info', summary };
  }
  const away = `No answer since ${awaySince?.toISOString()}, at ${at.toISOString()}: ${message}.`;
  if (breaker === 'open' && tryAt !== null && tryAt > now) {
    const summary = `${away} Calls are refused until one may try again at ${tryAt.toISOString()}.`;
    return { code: 'engine-away', severity: 'error', summary };
  }
  const summary = `${away} The next call tries whether it answers again.`;
  return { code: 'engine-away', severity: 'warning', summary };
}
