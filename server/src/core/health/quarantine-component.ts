import type { VersionStore } from '../packages/index.ts';
import type { Component, HealthIssue, Observation } from './component.ts';
import { statusFrom } from './component.ts';
import { MostPerMinute } from './minutes.ts';

const hourMs = 3_600_000;

/** What waits for reviewers, as a component: somebody should look when it has waited for longer than it may. */
export function quarantineComponent(
  versions: Pick<VersionStore, 'quarantineStatistics'>,
  overdueHours: number,
): Component {
  const waitingMost = new MostPerMinute();
  return {
    id: 'quarantine',
    title: 'Quarantine',
    description: 'Versions that did not pass and wait for a reviewer.',
    logs: [{ label: 'What waits for review', url: '/api/quarantine' }],
    async observe(now: Date, windowMinutes: number): Promise<Observation> {
      const { waiting, oldestSince } = await versions.quarantineStatistics();
      const oldestMs = oldestSince === null ? 0 : Math.max(0, now.getTime() - oldestSince.getTime());
      waitingMost.note(waiting, now);
      const issues = oldestMs > overdueHours * hourMs ? [overdue(oldestMs)] : [];
      return {
        status: statusFrom(issues),
        metrics: { waiting, oldestSeconds: Math.round(oldestMs / 1000) },
        issues,
        timeline: waitingMost.timeline('versions', windowMinutes, now),
      };
    },
  };
}

function overdue(oldestMs: number): HealthIssue {
  const hours = Math.floor(oldestMs / hourMs);
  const summary = `A version has waited for a reviewer for ${hours} hours; GET /api/quarantine has the oldest first.`;
  return { code: 'review-overdue', severity: 'warning', summary };
}
