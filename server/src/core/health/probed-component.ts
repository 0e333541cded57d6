import type { Component, HealthIssue, Observation } from './component.ts';
import { statusFrom } from './component.ts';
import { MostPerMinute } from './minutes.ts';

const slowMs = 500;

/**
 * An engine as a component: asked something cheap, and timed. `probe` rejects when the engine does not do its work.
 * The timeline has the slowest probe of each minute.
 */
export function probedComponent(
  about: Omit<Component, 'observe'>,
  probe: () => Promise<unknown>,
  elapsedMs: () => number = () => performance.now(),
): Component {
  const slowest = new MostPerMinute();
  return {
    ...about,
    async observe(now: Date, windowMinutes: number): Promise<Observation> {
      const begun = elapsedMs();
      await probe();
      const probeMs = Math.round((elapsedMs() - begun) * 10) / 10;
      slowest.note(probeMs, now);
      const issues: HealthIssue[] =
        probeMs < slowMs
          ? []
          : [{ code: 'slow', severity: 'warning', summary: `A cheap question took ${probeMs} ms.` }];
      return {
        status: statusFrom(issues),
        metrics: { probeMs },
        issues,
        timeline: slowest.timeline('ms', windowMinutes, now),
      };
    },
  };
}
