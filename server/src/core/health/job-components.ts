import type { JobKind, JobQueue, JobStatistics } from '../jobs/index.ts';
import type { Component, HealthIssue, Observation } from './component.ts';
import { statusFrom } from './component.ts';
import { MostPerMinute } from './minutes.ts';

const minuteMs = 60_000;
/** A due job that waits longer than this means too few workers, or none. */
const lateMs = { warning: 5 * minuteMs, error: 30 * minuteMs };

/** The job queue as a component: how much waits, since when, and what has given up. `kinds` narrows. */
export function jobsComponent(
  about: Omit<Component, 'observe'>,
  jobs: Pick<JobQueue, 'statistics'>,
  kinds?: readonly JobKind[],
): Component {
  const waitingMost = new MostPerMinute();
  return {
    ...about,
    async observe(now: Date, windowMinutes: number): Promise<Observation> {
      const all = await jobs.statistics(now);
      const totals = totalsOf(
        kinds === undefined ? all : all.filter(({ kind }) => kinds.includes(kind)),
        now,
      );
      waitingMost.note(totals.waiting, now);
      const issues = issuesOf(totals);
      return {
        status: statusFrom(issues),
        metrics: {
          waiting: totals.waiting,
          running: totals.running,
          dead: totals.dead,
          oldestDueSeconds: Math.round(totals.lateMs / 1000),
        },
        issues,
        timeline: waitingMost.timeline('jobs', windowMinutes, now),
      };
    },
  };
}

interface Totals {
  waiting: number;
  running: number;
  dead: number;
  lateMs: number;
}

function totalsOf(statistics: readonly JobStatistics[], now: Date): Totals {
  const totals: Totals = { waiting: 0, running: 0, dead: 0, lateMs: 0 };
  for (const { waiting, running, dead, oldestDueAt } of statistics) {
    totals.waiting += waiting;
    totals.running += running;
    totals.dead += dead;
    if (oldestDueAt !== null) totals.lateMs = Math.max(totals.lateMs, now.getTime() - oldestDueAt.getTime());
  }
  return totals;
}

function issuesOf({ dead, lateMs: late, running }: Totals): HealthIssue[] {
  const issues: HealthIssue[] = [];
  if (dead > 0) {
    const summary = `${dead} jobs have given up; GET /api/jobs/dead says why.`;
    issues.push({ code: 'jobs-dead', severity: 'warning', summary });
  }
  if (late >= lateMs.warning) {
    const severity = late >= lateMs.error && running === 0 ? 'error' : 'warning';
    const summary = `A due job has waited for ${Math.round(late / 1000)} s; ${running} are running.`;
    issues.push({ code: 'jobs-late', severity, summary });
  }
  return issues;
}
