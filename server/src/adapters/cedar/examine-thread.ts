// The thread of examine-text.ts: looks at one text, and ends.
import { parentPort, workerData } from 'node:worker_threads';
import type { ExaminedPolicies } from '../../core/gate/index.ts';
import { compileWith, decideWith } from './cedar-decisions.ts';
import { newCedar } from './cedar-instance.ts';
import { readPolicies } from './policy-text.ts';
import { probes } from './probes.ts';

export interface ExaminationData {
  readonly text: string;
  /** Ids of the built-in policies. */
  readonly taken: readonly string[];
}

const { text, taken } = workerData as ExaminationData;
const cedar = newCedar();
const { problems, policies } = readPolicies(cedar, text, new Set(taken));
if (problems.length === 0) {
  // What overruns the stack when it is evaluated must not do so later, where it decides.
  compileWith(cedar, 'draft', policies);
  for (const [action, inputs] of probes) decideWith(cedar, 'draft', action, inputs);
}
const examined: ExaminedPolicies = {
  problems,
  policies: policies.map(({ id, reason, effect, actions, builtIn }) => ({
    id,
    reason,
    effect,
    actions,
    builtIn,
  })),
};
parentPort?.postMessage(examined);
