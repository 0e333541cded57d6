// A stack that is applied to the emulator: the steps of Terraform, and what is made of its outputs.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { driftIn, type KnownDrift, type PlannedChange } from './drift.ts';
import type { Credentials, Emulator } from './emulator.ts';
import { findingsIn } from './policy.ts';
import { type Module, resourcesOf } from './state.ts';
import { init, mustRun, type RunOptions, run, type Terraform, type WorkingCopy } from './terraform.ts';

export type Environment = Readonly<Record<string, string>>;

/** How the registry is used on a stack that is there; in words, what went wrong. */
export type Use = (rehearsal: Rehearsal) => Promise<string[]>;

export class Rehearsal {
  readonly emulator: Emulator;
  readonly #terraform: Terraform;
  readonly #copy: WorkingCopy;
  readonly #options: RunOptions;
  readonly #variables: readonly string[];

  /** `chosen`: variables beside those of the stack's file, as `name=value`. */
  constructor(
    terraform: Terraform,
    emulator: Emulator,
    copy: WorkingCopy,
    stack: string,
    chosen: readonly string[] = [],
  ) {
    this.emulator = emulator;
    this.#terraform = terraform;
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
      ...chosen.map((variable) => `-var=${variable}`),
    ];
  }

  /** Also once more, with other variables than before: `-var=…`. */
  async apply(...more: string[]): Promise<string[]> {
    await init(this.#terraform, this.#options);
    const args = ['apply', '-auto-approve', '-parallelism=20', ...this.#variables, ...more];
    const { code, output } = await this.#run(...args);
    return code === 0 ? [] : [errorsIn(output)];
  }

  /** With the variables of the last `apply`. */
  async planAgain(...more: string[]): Promise<string[]> {
    const args = ['plan', '-out=again.tfplan', ...this.#variables, ...more];
    await mustRun(this.#terraform, args, this.#options);
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
    const secrets = Object.entries(await this.emulator.secrets());
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
    const known = left.split('\n').filter((line) => line !== '' && !/(^|\.)data\./.test(line));
    // What Terraform has forgotten, or the registry has made, is known to nobody but AWS.
    return [...known, ...(await this.emulator.left())];
  }

  /** The outputs by name; `T` says what this stack has. */
  async outputs<T>(): Promise<T> {
    const outputs = JSON.parse(await mustRun(this.#terraform, ['output', '-json'], this.#options));
    const values = Object.entries(outputs as Record<string, { value: unknown }>);
    return Object.fromEntries(values.map(([name, { value }]) => [name, value])) as T;
  }

  /** An environment that a stack gives, with what is different on this machine: addresses, and the emulator instead of AWS. */
  here(environment: Environment, credentials: Credentials, dataFolder: string): Environment {
    const { ASSAY_HOST, ASSAY_PORT, ASSAY_PUBLIC_URL, ASSAY_VALIDATOR_RUNNER_URL, ...same } = environment;
    return {
      ...same,
      ...credentials,
      ASSAY_DATA: dataFolder,
      ASSAY_AWS_ENDPOINT: this.emulator.url,
      ASSAY_S3_ENDPOINT: this.emulator.url,
      ASSAY_S3_PATH_STYLE: 'true',
      ASSAY_SQS_WAIT_S: '1',
      // It answers one request after the other.
      ASSAY_AWS_REQUEST_TIMEOUT_MS: '60000',
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

/** What Terraform complains of, without all that it has done before. */
function errorsIn(output: string): string {
  const at = output.indexOf('Error:');
  return at < 0 ? output.slice(-4_000) : output.slice(at, at + 8_000);
}
