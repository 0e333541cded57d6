// The services of the stack fargate: the API as acceptance tests start it, and the worker beside it, each with its role.
import { notDenied } from './denied.ts';
import { type Acceptance, accept, RunningProgram, ScratchFolder } from './registry.ts';
import type { Environment, Rehearsal } from './rehearsal.ts';

/** One server each, nothing about the machine it is on, and what moto's DynamoDB can do: not search. */
const acceptance: readonly Acceptance[] = [
  { file: 'items' },
  { file: 'packages', only: '^a list|^versions|is described by' },
];

interface Outputs {
  readonly environments: Readonly<Record<'api' | 'worker', Environment>>;
  readonly role_arns: Readonly<Record<'api' | 'worker' | 'validators', string>>;
}

export async function useFargate(rehearsal: Rehearsal): Promise<string[]> {
  const { emulator } = rehearsal;
  const { environments, role_arns } = await rehearsal.outputs<Outputs>();
  const api = await emulator.assume(role_arns.api);
  const worker = await emulator.assume(role_arns.worker);
  const validators = await emulator.assume(role_arns.validators);
  await using _enforced = await emulator.enforcePermissions();
  const problems: string[] = [];
  for (const tests of acceptance) {
    await emulator.empty();
    await using data = await ScratchFolder.make();
    await using _work = new RunningProgram(['work'], rehearsal.here(environments.worker, worker, data.path));
    problems.push(...(await accept(tests, rehearsal.here(environments.api, api, data.path))));
  }
  return [
    ...problems,
    ...(await notDenied(emulator, api, environments.api, 'api')),
    ...(await notDenied(emulator, worker, environments.worker, 'worker')),
    ...(await notDenied(emulator, validators, environments.api, 'validators')),
  ];
}
