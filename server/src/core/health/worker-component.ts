import type { Component, HealthIssue, Observation } from './component.ts';
import { statusFrom } from './component.ts';

const silentMs = { warning: 60_000, error: 300_000 };

/** The worker of this process, by when it was last seen taking care of jobs; null: none runs here. */
export function workerComponent(lastSeen: () => Date | null): Component {
  return {
    id: 'worker',
    title: 'Worker',
    description: 'Does the jobs: checks versions, delivers webhooks, removes what expired.',
    logs: [{ label: 'Jobs that have given up', url: '/api/jobs/dead' }],
    async observe(now: Date): Promise<Observation> {
      const seen = lastSeen();
      if (seen === null) return { status: 'unknown', metrics: {}, issues: [notHere], timeline: [] };
      const silence = now.getTime() - seen.getTime();
      const issues = silence < silentMs.warning ? [] : [silent(silence)];
      return {
        status: statusFrom(issues),
        metrics: { secondsSinceSeen: Math.max(0, Math.round(silence / 1000)) },
        issues,
        timeline: [],
      };
    },
  };
}

const notHere: HealthIssue = {
  code: 'worker-elsewhere',
  severity: 'info',
  summary: 'No worker runs in this process; the age of due jobs shows whether one runs elsewhere.',
};

function silent(silence: number): HealthIssue {
  return {
    code: 'worker-silent',
    severity: silence < silentMs.error ? 'warning' : 'error',
    summary: `The worker was last seen ${Math.round(silence / 1000)} s ago.`,
  };
}
