// `npm run infra:rehearse -- <stack>`: a stack is applied to an emulator of AWS, used, and destroyed.
//
//   apply      everything that the stack makes, with infra/rehearsal/<stack>.tfvars
//   again      a second plan changes nothing but what infra/rehearsal/known-drift.json lists
//   rules      of policy.ts, on what is there now; every resource has its tags; no secret is in the state
//   kept       destroying is refused, because of what holds data
//   registry   runs with the outputs as its configuration and the roles that were made as its identity, permissions
//              enforced, and passes acceptance tests; what must be denied to those roles is denied
//   destroy    nothing is left
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs, styleText } from 'node:util';
import { notDenied } from './denied.ts';
import { driftIn, type KnownDrift, type PlannedChange } from './drift.ts';
import { type Credentials, Emulator, whyNoEmulator } from './emulator.ts';
import { findingsIn } from './policy.ts';
import { type Module, resourcesOf } from './state.ts';
import {
  findTerraform,
  init,
  mustRun,
  type RunOptions,
  run,
  type Terraform,
  WorkingCopy,
  whyNoProvider,
} from './terraform.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));

/** One server each, nothing about the machine it is on, and what moto's DynamoDB can do: not search. */
const acceptance = [
  { file: 'items', only: '.' },
  { file: 'packages', only: '^a list|^versions|is described by' },
].map(({ file, only }) => ({ file: join(root, 'acceptance/test', `${file}.test.ts`), only }));

const zoneName = 'example.org';

type Environment = Readonly<Record<string, string>>;

interface Outputs {
  readonly environments: { readonly value: Readonly<Record<'api' | 'worker', Environment>> };
  readonly role_arns: { readonly value: Readonly<Record<'api' | 'worker' | 'validators', string>> };
}

const { values: given, positionals } = parseArgs({
  allowPositionals: true,
  options: { 'nothing-skipped': { type: 'boolean', default: false } },
});

async function main(stack: string): Promise<number> {
  const terraform = await findTerraform();
  if (typeof terraform === 'string') return skipped(terraform);
  const noEmulator = await whyNoEmulator();
  if (noEmulator !== null) return skipped(noEmulator);
  await using copy = await WorkingCopy.make();
  const noProvider = await whyNoProvider(terraform, copy);
  if (noProvider !== null) return skipped(noProvider);
  await using emulator = await Emulator.start(zoneName);
  const rehearsal = new Rehearsal(terraform, emulator, copy, stack);
  const steps = [
    ['apply', () => rehearsal.apply()],
    ['again', () => rehearsal.planAgain()],
    ['rules', () => rehearsal.checkRules()],
    ['kept', () => rehearsal.tryToDestroy()],
    // The other stacks run on a real database or in two regions: what they make is rehearsed, not the registry on it.
    ...(stack === 'fargate' ? ([['registry', () => rehearsal.useIt()]] as const) : []),
    ['destroy', () => rehearsal.destroy()],
  ] as const;
  for (const [name, step] of steps) {
    const begun = performance.now();
    const problems = await step();
    const mark = problems.length === 0 ? styleText('green', '✔') : styleText('red', '✖');
    console.log(`${mark} ${name} (${Math.round((performance.now() - begun) / 1000)} s)`);
    for (const problem of problems)
      console.log(styleText('red', `    ${problem.replaceAll('\n', '\n    ')}`));
    if (problems.length > 0) return 1;
  }
  return 0;
}

function skipped(missing: string): number {
  console.log(styleText('yellow', `Skipped: ${missing}`));
  return given['nothing-skipped'] ? 1 : 0;
}

class Rehearsal {
  readonly #terraform: Terraform;
  readonly #emulator: Emulator;
  readonly #copy: WorkingCopy;
  readonly #options: RunOptions;
  readonly #variables: readonly string[];

  constructor(terraform: Terraform, emulator: Emulator, copy: WorkingCopy, stack: string) {
    this.#terraform = terraform;
    this.#emulator = emulator;
    this.#copy = copy;
    this.#options = {
      folder: join(copy.folder, 'stacks', stack),
      // What the emulator lacks it answers with a failure, which is not worth trying again for minutes.
      environment: { ...emulator.environment, AWS_MAX_ATTEMPTS: '2' },
    };
    this.#variables = [
      '-input=false',
      '-no-color',
      `-var-file=${join(copy.folder, 'rehearsal', `${stack}.tfvars`)}`,
    ];
  }

  async apply(): Promise<string[]> {
    await init(this.#terraform, this.#options);
    const { code, output } = await this.#run('apply', '-auto-approve', '-parallelism=20', ...this.#variables);
    return code === 0 ? [] : [errorsIn(output)];
  }

  async planAgain(): Promise<string[]> {
    await mustRun(this.#terraform, ['plan', '-out=again.tfplan', ...this.#variables], this.#options);
    const plan = await this.#show('again.tfplan');
    const known = JSON.parse(await readFile(join(this.#copy.folder, 'rehearsal/known-drift.json'), 'utf8'));
    return driftIn((plan.resource_changes ?? []) as PlannedChange[], known as KnownDrift);
  }

  async checkRules(): Promise<string[]> {
    const { values } = (await this.#show()) as { values: { root_module: Module } };
    const resources = resourcesOf(values.root_module);
    const untagged = resources.filter(({ values }) => {
      const tags = values.tags_all as Record<string, string> | undefined | null;
      return (
        tags !== undefined && tags !== null && Object.keys(tags).length > 0 && tags.CostCenter === undefined
      );
    });
    const state = await readFile(join(this.#options.folder, 'terraform.tfstate'), 'utf8');
    const secrets = Object.entries(await this.#emulator.secrets());
    const given = secrets.filter(([, versions]) => versions.some((value) => value));
    const leaked = given.filter(([, versions]) => versions.some((value) => value && state.includes(value)));
    console.log(`  ${resources.length} resources; ${given.length} of ${secrets.length} secrets have a value`);
    return [
      ...findingsIn(resources).map(({ address, problem }) => `${address} ${problem}`),
      ...untagged.map(({ address }) => `${address} has no tags`),
      ...leaked.map(([name]) => `${name} is in the state`),
      ...(given.length === 0 ? ['no secret was generated'] : []),
    ];
  }

  async tryToDestroy(): Promise<string[]> {
    const { code, output } = await this.#run('plan', '-destroy', ...this.#variables);
    const isRefused = code !== 0 && output.includes('prevent_destroy');
    return isRefused ? [] : ['what holds data could be destroyed'];
  }

  async useIt(): Promise<string[]> {
    const outputs = JSON.parse(await mustRun(this.#terraform, ['output', '-json'], this.#options)) as Outputs;
    const { environments, role_arns } = {
      environments: outputs.environments.value,
      role_arns: outputs.role_arns.value,
    };
    const [api, worker, validators] = await Promise.all(
      [role_arns.api, role_arns.worker, role_arns.validators].map((arn) => this.#emulator.assume(arn)),
    );
    if (api === undefined || worker === undefined || validators === undefined) return ['a role is missing'];
    await this.#emulator.enforcePermissions(true);
    try {
      const failed: string[] = [];
      for (const { file, only } of acceptance) {
        await this.#emulator.empty();
        const data = await mkdtemp(join(tmpdir(), 'assay-rehearsal-'));
        const work = program('work', this.#here(environments.worker, worker, data));
        const tested = await accept(file, only, this.#here(environments.api, api, data));
        work.kill('SIGTERM');
        await once(work, 'exit');
        await rm(data, { recursive: true, force: true });
        if (tested !== '') failed.push(tested);
      }
      return [
        ...failed,
        ...(await notDenied(this.#emulator, api, environments.api, 'api')),
        ...(await notDenied(this.#emulator, worker, environments.worker, 'worker')),
        ...(await notDenied(this.#emulator, validators, environments.api, 'validators')),
      ];
    } finally {
      await this.#emulator.enforcePermissions(false);
    }
  }

  async destroy(): Promise<string[]> {
    await this.#copy.allowDestroying();
    const { code, output } = await this.#run(
      'destroy',
      '-auto-approve',
      '-parallelism=20',
      ...this.#variables,
    );
    if (code !== 0) return [errorsIn(output)];
    const left = await mustRun(this.#terraform, ['state', 'list'], this.#options);
    return left.split('\n').filter((line) => line !== '' && !/(^|\.)data\./.test(line));
  }

  /** The outputs, with what is different on this machine: addresses, and the emulator instead of AWS. */
  #here(environment: Environment, credentials: Credentials, dataFolder: string): Environment {
    const { ASSAY_HOST, ASSAY_PORT, ASSAY_PUBLIC_URL, ASSAY_VALIDATOR_RUNNER_URL, ...same } = environment;
    return {
      ...same,
      ...credentials,
      ASSAY_DATA: dataFolder,
      ASSAY_AWS_ENDPOINT: this.#emulator.url,
      ASSAY_S3_ENDPOINT: this.#emulator.url,
      ASSAY_S3_PATH_STYLE: 'true',
      ASSAY_SQS_WAIT_S: '1',
    };
  }

  #run(...args: string[]) {
    return run(this.#terraform, args, this.#options);
  }

  async #show(...plan: string[]): Promise<Record<string, unknown>> {
    const lines: string[] = [];
    await run(this.#terraform, ['show', '-json', ...plan], {
      ...this.#options,
      onLine: (line) => lines.push(line),
    });
    return JSON.parse(lines.join('\n'));
  }
}

function program(command: string, environment: Environment) {
  return spawn(
    process.execPath,
    ['--disable-warning=ExperimentalWarning', join(root, 'server/src/main.ts'), command],
    {
      stdio: ['ignore', 'ignore', 'inherit'],
      env: { PATH: process.env.PATH, ...environment },
    },
  );
}

/** Empty when all tests of the file pass; else what they say. */
async function accept(file: string, only: string, environment: Environment): Promise<string> {
  const child = spawn(
    process.execPath,
    ['--disable-warning=ExperimentalWarning', '--test', `--test-name-pattern=${only}`, file],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
      env: {
        PATH: process.env.PATH,
        HOME: process.env.HOME,
        ACCEPTANCE_ENGINES: 'given',
        ACCEPTANCE_ENVIRONMENT: JSON.stringify(environment),
      },
    },
  );
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text) => {
    output += text;
  });
  const [code] = await once(child, 'close');
  console.log(`  ${file.slice(root.length)}: ${/pass (\d+)/.exec(output)?.[1] ?? 0} tests passed`);
  return code === 0 ? '' : output;
}

/** What Terraform complains of, without all that it has done before. */
function errorsIn(output: string): string {
  const at = output.indexOf('Error:');
  return at < 0 ? output.slice(-4_000) : output.slice(at, at + 8_000);
}

process.exitCode = await main(positionals[0] ?? 'fargate');
