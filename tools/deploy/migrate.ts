// Runs `assay migrate` of an image as a task beside what runs, as a step of a deployment. Fails when the task does: for the
// image from before, that is when its release does not work on what a newer one has migrated; it changes nothing then.
//
//   CLUSTER='<output cluster of the stack>' IMAGE=<image> npm run ecs:migrate
import { setTimeout as pause } from 'node:timers/promises';
import { aws, type Cluster } from './aws.ts';

interface Definition extends Readonly<Record<string, unknown>> {
  readonly family: string;
  readonly containerDefinitions: readonly {
    readonly name: string;
    readonly image: string;
    readonly logConfiguration: { readonly options: Readonly<Record<string, string>> };
  }[];
}

interface Task {
  readonly taskArn: string;
  readonly lastStatus: string;
  readonly stoppedReason?: string;
  readonly containers: readonly { readonly exitCode?: number; readonly reason?: string }[];
}

const { CLUSTER, IMAGE, POLL_MS = '5000' } = process.env;
if (!CLUSTER || !IMAGE) throw new Error('CLUSTER and IMAGE must be set');
const cluster = JSON.parse(CLUSTER) as Cluster;

const { taskDefinition: served } = await aws<{ taskDefinition: Definition }>(
  'ecs',
  'describe-task-definition',
  '--task-definition',
  cluster.task_definitions.api ?? '',
);
const definition = await register(served, IMAGE);
const taskArn = await start(definition);
const stopped = await end(taskArn);
const printed = await log(taskArn);
for (const line of printed) console.log(line);
await aws('ecs', 'deregister-task-definition', '--task-definition', definition);
const [container] = stopped.containers;
if (container?.exitCode !== 0) {
  throw new Error(
    `the migration failed: ${container?.reason ?? stopped.stoppedReason ?? `exit code ${container?.exitCode}`}`,
  );
}

/** As what serves, with the same role, network and settings, but for the image. Resolves with the ARN. */
async function register(from: Definition, image: string): Promise<string> {
  const kept = [
    'taskRoleArn',
    'executionRoleArn',
    'networkMode',
    'volumes',
    'requiresCompatibilities',
    'cpu',
    'memory',
    'runtimePlatform',
    'ephemeralStorage',
  ];
  const input = {
    ...Object.fromEntries(kept.filter((name) => from[name] !== undefined).map((name) => [name, from[name]])),
    family: `${from.family}-migrate`,
    // The first is the program; what stands beside it, as a collector of traces, is of no use here.
    containerDefinitions: from.containerDefinitions
      .slice(0, 1)
      .map((one) => ({ ...one, image, command: ['migrate'] })),
  };
  const registered = await aws<{ taskDefinition: { taskDefinitionArn: string } }>(
    'ecs',
    'register-task-definition',
    '--cli-input-json',
    JSON.stringify(input),
  );
  return registered.taskDefinition.taskDefinitionArn;
}

async function start(taskDefinition: string): Promise<string> {
  const awsvpcConfiguration = { subnets: cluster.subnets, securityGroups: [cluster.security_group] };
  const { tasks, failures } = await aws<{ tasks: Task[]; failures: { reason: string }[] }>(
    'ecs',
    'run-task',
    '--cluster',
    cluster.name,
    '--launch-type',
    'FARGATE',
    '--task-definition',
    taskDefinition,
    '--network-configuration',
    JSON.stringify({ awsvpcConfiguration }),
  );
  const [task] = tasks;
  if (task === undefined)
    throw new Error(`no task was started: ${failures.map(({ reason }) => reason).join(', ')}`);
  return task.taskArn;
}

async function end(task: string): Promise<Task> {
  for (;;) {
    const { tasks } = await aws<{ tasks: Task[] }>(
      'ecs',
      'describe-tasks',
      '--cluster',
      cluster.name,
      '--tasks',
      task,
    );
    const [seen] = tasks;
    if (seen?.lastStatus === 'STOPPED') return seen;
    await pause(Number(POLL_MS));
  }
}

/** The lines of the task; none where they cannot be read. */
async function log(task: string): Promise<string[]> {
  const [container] = served.containerDefinitions;
  const options = container?.logConfiguration.options ?? {};
  const stream = `${options['awslogs-stream-prefix']}/${container?.name}/${task.split('/').at(-1)}`;
  const read = aws<{ events: { message: string }[] }>(
    'logs',
    'get-log-events',
    '--log-group-name',
    options['awslogs-group'] ?? '',
    '--log-stream-name',
    stream,
  );
  return await read.then(
    ({ events }) => events.map(({ message }) => message),
    (error: Error) => [`The log of the task cannot be read: ${error.message}`],
  );
}
