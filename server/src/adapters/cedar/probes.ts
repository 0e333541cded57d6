import type { DecisionInputs, GateAction } from '../../core/gate/index.ts';

/** Somebody who may everything, and a package and a version of which everything is known: most of a policy is evaluated. */
const inputs: DecisionInputs = {
  user: { id: 'u', name: 'probe', permissions: ['download'], reviewer: false, groups: ['g'] },
  token: { kind: 'personal', reaches: true },
  package: {
    id: 'p',
    kind: 'model',
    name: 'probe',
    state: 'published',
    ownerId: 'o',
    groupId: 'g',
    visibility: 'groups',
    visibleTo: ['g'],
    sensitive: true,
    allowedGroups: ['g'],
  },
  version: {
    id: 'v',
    label: '1.0.0',
    state: 'published',
    reason: null,
    license: 'MIT',
    sizeBytes: 1,
    digest: '0'.repeat(64),
    fileName: 'probe.zip',
    uploaderId: 'o',
    publishedAt: '2026-01-31T12:00:00.000Z',
    rating: 50,
    verdicts: {
      verdict: 'passed',
      ruleSet: 'archive 1 (model)',
      passed: ['archive'],
      failed: [],
      inconclusive: [],
    },
  },
  at: '2026-01-31T12:00:00.000Z',
  address: '127.0.0.1',
};

/** Asked of every text before it is accepted. */
export const probes: readonly (readonly [GateAction, DecisionInputs])[] = [
  ['view', inputs],
  ['download', inputs],
  ['readFile', inputs],
];
