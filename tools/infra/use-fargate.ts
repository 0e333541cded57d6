// The services of the stack fargate, each with what ECS would start its task with: the API as acceptance tests start it,
// the worker beside it, and the service that runs validators.
import { notDenied } from './denied.ts';
import type { Credentials, Emulator } from './emulator.ts';
import { Postgres } from './host/postgres.ts';
import { type Acceptance, accept, RunningProgram, ScratchFolder } from './registry.ts';
import type { Environment, Rehearsal } from './rehearsal.ts';
import { type Task, taskOf } from './task.ts';

/** On one server each, and nothing about the machine it is on. */
const everyday: readonly Acceptance[] = [{ file: 'items' }, { file: 'packages' }];

/** Besides, where there is time. */
const whole: readonly Acceptance[] = [
  ...everyday,
  // It looks for the token in the data folder.
  { file: 'tokens', without: 'stored nowhere as it is' },
  // It needs a registry of its own.
  { file: 'audit', without: 'survive a kill' },
  { file: 'validators' },
];

/** What the services are configured with, and what they may do. */
export interface Services {
  readonly environments: Readonly<Record<'api' | 'worker', Environment>>;
  readonly credentials: Readonly<Record<'api' | 'worker' | 'validators', Credentials>>;
  /** Where validators are run; without it, in the API itself. */
  readonly validatorsUrl?: string;
  /** In the place of RDS. */
  readonly postgres?: Postgres;
}

interface Outputs {
  readonly environments: Readonly<Record<'api' | 'worker' | 'validators', Environment>>;
  readonly cluster: {
    readonly task_definitions: Readonly<Record<'api' | 'worker' | 'validators', string>>;
  };
}

type RoleArns = Readonly<Record<'api' | 'worker' | 'validators', string>>;

export async function useFargate(rehearsal: Rehearsal): Promise<string[]> {
  const { emulator } = rehearsal;
  const { environments, cluster } = await rehearsal.outputs<Outputs>();
  const definitions = cluster.task_definitions;
  const tasks = {
    api: await taskOf(emulator, definitions.api),
    worker: await taskOf(emulator, definitions.worker),
    validators: await taskOf(emulator, definitions.validators),
  };
  await using scratch = await ScratchFolder.make();
  await using certificates = await ScratchFolder.make();
  const isOnPostgres = environments.api.ASSAY_RECORDS === 'postgres';
  const postgres = isOnPostgres ? await Postgres.start(emulator, certificates.path) : undefined;
  await using validators = startValidators(environments.validators, tasks.validators, scratch.path);
  const { url: validatorsUrl, areRun } = await whereValidatorsRun(validators);
  // Awaited here: what it uses is ended at the end of this function.
  return await useServices(
    rehearsal,
    {
      environments: {
        api: { ...environments.api, ...tasks.api.secrets },
        worker: { ...environments.worker, ...tasks.worker.secrets },
      },
      credentials: {
        api: tasks.api.credentials,
        worker: tasks.worker.credentials,
        validators: tasks.validators.credentials,
      },
      ...(postgres && { postgres }),
      validatorsUrl,
    },
    whole.filter(({ file }) => file !== 'validators' || areRun),
  );
}

/** Gets nothing of AWS: its role has no rights, and it is told of no service. */
function startValidators(environment: Environment, task: Task, dataFolder: string): RunningProgram {
  return new RunningProgram(task.command, {
    ...environment,
    ...task.secrets,
    ...task.credentials,
    ASSAY_DATA: dataFolder,
    ASSAY_VALIDATOR_RUNNER_HOST: '127.0.0.1',
    ASSAY_VALIDATOR_RUNNER_PORT: '0',
  });
}

/** Without what keeps programs apart on a machine, it says so and answers no requests. */
async function whereValidatorsRun(validators: RunningProgram): Promise<{ url: string; areRun: boolean }> {
  const [, url, address = '', problem] = await validators.printed(
    /^Assay runs (?:validators at (http:\S+)|no validators at (\S+): (.*))$/m,
  );
  if (url === undefined) console.log(`  validators are not run on this machine: ${problem}`);
  return { url: url ?? address, areRun: url !== undefined };
}

export async function credentialsOf(
  emulator: Emulator,
  { api, worker, validators }: RoleArns,
): Promise<Services['credentials']> {
  return {
    api: await emulator.assume(api),
    worker: await emulator.assume(worker),
    validators: await emulator.assume(validators),
  };
}

/** In words, what went wrong with the tests, and what one of the services could do and must not. */
export async function useServices(
  rehearsal: Rehearsal,
  services: Services,
  acceptance: readonly Acceptance[] = everyday,
): Promise<string[]> {
  const { emulator } = rehearsal;
  const { environments, credentials, validatorsUrl, postgres } = services;
  await using _enforced = await emulator.enforcePermissions();
  const problems: string[] = [];
  for (const tests of acceptance) {
    await emulator.empty();
    await postgres?.empty();
    await using data = await ScratchFolder.make();
    const here = (service: 'api' | 'worker') => {
      const environment = rehearsal.here(environments[service], credentials[service], data.path);
      return postgres?.here(environment) ?? environment;
    };
    await using _work = new RunningProgram(['work'], here('worker'));
    const runner = validatorsUrl === undefined ? {} : { ASSAY_VALIDATOR_RUNNER_URL: validatorsUrl };
    problems.push(...(await accept(tests, { ...here('api'), ...runner })));
  }
  return [...problems, ...(await notDeniedTo(services, emulator))];
}

/** In words, what one of the services could do and must not. */
export async function notDeniedTo(
  { environments: { api, worker }, credentials }: Services,
  emulator: Emulator,
): Promise<string[]> {
  return [
    ...(await notDenied(emulator, credentials.api, api, 'api')),
    ...(await notDenied(emulator, credentials.worker, worker, 'worker')),
    ...(await notDenied(emulator, credentials.validators, api, 'validators')),
  ];
}
