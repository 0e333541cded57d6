import type { VersionStore } from '../packages/index.ts';
import type { Component, HealthIssue, Observation } from './component.ts';
import { statusFrom } from './component.ts';
import { MostPerMinute } from './minutes.ts';

const hourSeconds = 3_600;

/** How many versions wait for a reviewer, and for how long the one that waits longest has; 0 when none does. */
export async function waitingForReview(
  versions: Pick<VersionStore, 'quarantineStatistics'>,
  now: Date,
): Promise<{ readonly waiting: number; readonly oldestSeconds: number }> {
  const { waiting, oldestSince } = await versions.quarantineStatistics();
  const oldestMs = oldestSince === null ? 0 : now.getTime() - oldestSince.getTime();
  return { waiting, oldestSeconds: Math.max(0, Math.round(oldestMs / 1000)) };
}

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
      const { waiting, oldestSeconds } = await waitingForReview(versions, now);
      waitingMost.note(waiting, now);
      const issues = oldestSeconds > overdueHours * hourSeconds ? [overdue(oldestSeconds)] : [];
      return {
        status: statusFrom(issues),
        metrics: { waiting, oldestSeconds },
        issues,
        timeline: waitingMost.timeline('versions', windowMinutes, now),
      };
    },
  };
}

function overdue(oldestSeconds: number): HealthIssue {
  const hours = Math.floor(oldestSeconds / hourSeconds);
  const summary = `A version has waited for a reviewer for ${hours} hours; GET /api/quarantine has the oldest first.`;
  return { code: 'review-overdue', severity: 'warning', summary };
}
