import type { Component, HealthIssue, Observation } from './component.ts';
import { statusFrom } from './component.ts';
import { MinuteRing, startOfMinute } from './minutes.ts';

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
  const slowest = new MinuteRing(() => ({ ms: 0 }));
  return {
    ...about,
    async observe(now: Date, windowMinutes: number): Promise<Observation> {
      const begun = elapsedMs();
      await probe();
      const probeMs = Math.round((elapsedMs() - begun) * 10) / 10;
      const slot = slowest.at(now);
      slot.ms = Math.max(slot.ms, probeMs);
      const issues: HealthIssue[] =
        probeMs < slowMs
          ? []
          : [{ code: 'slow', severity: 'warning', summary: `A cheap question took ${probeMs} ms.` }];
      return {
        status: statusFrom(issues),
        metrics: { probeMs },
        issues,
        timeline: slowest
          .last(windowMinutes, now)
          .map(({ minute, slot: { ms } }) => ({ bucket: startOfMinute(minute), value: ms, unit: 'ms' })),
      };
    },
  };
}
