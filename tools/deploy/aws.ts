// The command line of AWS, which machines of workflows have.
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Resolves with the answer; undefined for those that have none. Rejects with what AWS has complained of. */
export async function aws<T>(...args: readonly string[]): Promise<T> {
  const { stdout } = await run('aws', [...args, '--output', 'json'], { maxBuffer: 16 * 1024 * 1024 });
  return (stdout.trim() === '' ? undefined : JSON.parse(stdout)) as T;
}

/** The output `cluster` of a stack. */
export interface Cluster {
  readonly name: string;
  readonly services: Readonly<Record<string, string>>;
  readonly task_definitions: Readonly<Record<string, string>>;
  readonly subnets: readonly string[];
  readonly security_group: string;
  /** How CodeDeploy is asked for the API; null where ECS does it. */
  readonly blue_green: BlueGreen | null;
}

export interface BlueGreen {
  readonly application: string;
  readonly group: string;
  readonly container: string;
  readonly port: number;
  readonly security_group: string;
}

export interface Service {
  readonly serviceName: string;
  readonly taskDefinition: string;
  /** Of ECS, where it replaces tasks. */
  readonly deployments?: readonly TaskSet[];
  /** Of CodeDeploy, where that brings services over. */
  readonly taskSets?: readonly TaskSet[];
}

interface TaskSet {
  readonly status: string;
  readonly taskDefinition: string;
}

/** What the tasks are made of that are to run, or have the traffic; undefined: nobody knows. */
export function definitionOf({ deployments = [], taskSets = [] }: Service): string | undefined {
  return [...taskSets, ...deployments].find(({ status }) => status === 'PRIMARY')?.taskDefinition;
}

export async function servicesOf(cluster: Cluster, names: readonly string[]): Promise<readonly Service[]> {
  const { services } = await aws<{ services: Service[] }>(
    ...['ecs', 'describe-services', '--cluster', cluster.name, '--services', ...names],
  );
  return services;
}
