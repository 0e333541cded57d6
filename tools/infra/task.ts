// What ECS starts a task with: what its definition says, and the secrets in it, read by the role that starts tasks.
import type { Credentials, Emulator } from './emulator.ts';
import type { Environment } from './rehearsal.ts';

interface Definition {
  readonly executionRoleArn: string;
  readonly taskRoleArn: string;
  readonly containerDefinitions: readonly {
    readonly command: readonly string[];
    readonly environment: readonly { readonly name: string; readonly value: string }[];
    readonly secrets: readonly { readonly name: string; readonly valueFrom: string }[];
  }[];
}

export interface Task {
  readonly command: readonly string[];
  readonly environment: Environment;
  readonly secrets: Environment;
  readonly credentials: Credentials;
}

/** Rejects where the role that starts tasks may not read a secret. */
export async function taskOf(emulator: Emulator, definitionArn: string): Promise<Task> {
  const region = definitionArn.split(':')[3] ?? '';
  const { taskDefinition } = await emulator.call<{ taskDefinition: Definition }>(
    { service: 'ecs', region, target: 'AmazonEC2ContainerServiceV20141113.DescribeTaskDefinition' },
    { taskDefinition: definitionArn },
  );
  const [container] = taskDefinition.containerDefinitions;
  if (container === undefined) throw new Error(`${definitionArn} has no container`);
  const starter = await emulator.assume(taskDefinition.executionRoleArn);
  const credentials = await emulator.assume(taskDefinition.taskRoleArn);
  await using _enforced = await emulator.enforcePermissions();
  const secrets: Record<string, string> = {};
  for (const { name, valueFrom } of container.secrets) {
    const { SecretString } = await emulator.call<{ SecretString: string }>(
      { service: 'secretsmanager', region, target: 'secretsmanager.GetSecretValue' },
      { SecretId: valueFrom },
      starter,
    );
    secrets[name] = SecretString;
  }
  return {
    command: container.command,
    environment: Object.fromEntries(container.environment.map(({ name, value }) => [name, value])),
    secrets,
    credentials,
  };
}
