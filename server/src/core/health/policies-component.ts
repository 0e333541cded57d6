import type { PolicyKeeper } from '../gate/index.ts';
import { type Component, type HealthIssue, type Observation, statusFrom } from './component.ts';

/** The policies of administrators: where they cannot be used, nobody may download anything. */
export function policiesComponent(keeper: Pick<PolicyKeeper, 'current'>): Component {
  return {
    id: 'policies',
    title: 'Policies',
    description: 'Decide who may know of which packages, and who may have their content.',
    logs: [{ label: 'Policies', url: '/api/policies' }],
    async observe(): Promise<Observation> {
      const active = await keeper.current();
      const { version } = active;
      // Looking whether the built-in ones can be used would load what decides where nobody has needed it yet.
      const fault = version === null ? null : active.fault;
      const issues = fault === null ? [] : [unusable(fault)];
      return { status: statusFrom(issues), metrics: { version: version?.number ?? 0 }, issues, timeline: [] };
    },
  };
}

function unusable(fault: string): HealthIssue {
  return {
    code: 'policies-unusable',
    severity: 'error',
    summary: `Everything is denied until an administrator replaces the policies (PUT /api/policies): ${fault}`,
  };
}
