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
}
