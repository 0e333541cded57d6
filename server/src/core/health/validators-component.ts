import type { ValidatorRunner } from '../validators/index.ts';
import type { Component, HealthIssue, Observation } from './component.ts';
import { statusFrom } from './component.ts';
import { MostPerMinute } from './minutes.ts';

/** What runs validators, as a component: without it nobody gets the content of packages that have one. */
export function validatorsComponent(runner: Pick<ValidatorRunner, 'health'>): Component {
  const waitingMost = new MostPerMinute();
  return {
    id: 'validators',
    title: 'Validators',
    description: 'Scripts that decide about downloads of sensitive packages.',
    logs: [],
    async observe(now: Date, windowMinutes: number): Promise<Observation> {
      const { ready, problems, running, waiting } = await runner.health();
      waitingMost.note(waiting, now);
      const issues = [...(ready ? [] : [notRun]), ...problems.map((problem) => issueOf(problem, ready))];
      return {
        status: statusFrom(issues),
        metrics: { running, waiting },
        issues,
        timeline: waitingMost.timeline('downloads', windowMinutes, now),
      };
    },
  };
}

const notRun: HealthIssue = {
  code: 'validators-not-run',
  severity: 'warning',
  summary: 'No validator can be run: downloads of packages that have one are refused.',
};

function issueOf(problem: string, ready: boolean): HealthIssue {
  return { code: 'validators-confinement', severity: ready ? 'info' : 'warning', summary: problem };
}
