// Has CodeDeploy bring the API over to what Terraform has made its task definition, as a step of a deployment of a stack
// with `deployment = "blue-green"`. Ends once the new tasks have all traffic; those from before are kept for a while then.
// Fails, with the reason, when CodeDeploy has gone back to them. Does nothing where ECS replaces tasks one by one.
//
//   terraform output -json cluster | npm run ecs:blue-green
//   … -- --stop             ends the deployment that is under way instead: what ran before gets the traffic at once
//   … -- --without-alarms   for going back, which an alarm that rings must not end
import { text } from 'node:stream/consumers';
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { aws, type BlueGreen, type Cluster, definitionOf, servicesOf } from './aws.ts';

interface Deployment {
  readonly status: string;
  readonly creator?: string;
  readonly errorInformation?: { readonly code?: string; readonly message?: string };
  readonly rollbackInfo?: { readonly rollbackMessage?: string };
}

interface Target {
  readonly ecsTarget?: { readonly status: string };
}

const { values: given } = parseArgs({
  options: {
    stop: { type: 'boolean', default: false },
    'without-alarms': { type: 'boolean', default: false },
  },
});
const { POLL_MS = '5000', PATIENCE_MS = '1800000' } = process.env;
const cluster = JSON.parse(await text(process.stdin)) as Cluster;

if (!cluster.blue_green) console.log('ECS replaces tasks one by one: nothing to bring over.');
else if (given.stop) await stop(cluster.blue_green);
else await bringOver(cluster.blue_green);

async function bringOver(group: BlueGreen): Promise<void> {
  await endWaits(group);
  const definition = cluster.task_definitions.api ?? '';
  const [api] = await servicesOf(cluster, [cluster.services.api ?? '']);
  if (api && definitionOf(api) === definition) return console.log(`${definition} serves already.`);
  const id = await begin(group, definition);
  console.log(`CodeDeploy brings ${definition} over: ${id}.`);
  await untilServing(id);
  console.log(`${definition} serves.`);
}

async function stop(group: BlueGreen): Promise<void> {
  const ids = await underWay(group);
  if (ids.length === 0) console.log('No deployment is under way.');
  for (const id of ids) {
    console.log(`${id} is stopped: what ran before gets the traffic.`);
    await deploy('stop-deployment', '--deployment-id', id, '--auto-rollback-enabled');
  }
  await endWaits(group, ids);
}

/**
 * One deployment at a time: one that has brought the API over is over once nobody waits any more whether to go back. `ending`
 * are those that end by themselves.
 */
async function endWaits(group: BlueGreen, ending: readonly string[] = []): Promise<void> {
  const told = new Set(ending);
  const end = patience();
  for (let ids = await underWay(group); ids.length > 0; ids = await underWay(group)) {
    for (const id of ids.filter((one) => !told.has(one))) {
      if (await endWait(id)) told.add(id);
    }
    await end(`The deployment ${ids.join(', ')} does not end.`);
  }
}

/** False: it is on its way back, and has nothing to wait for yet. */
async function endWait(id: string): Promise<boolean> {
  if (await hasMoved(id)) {
    console.log(`What ran before ${id} is not kept any longer.`);
    await deploy('continue-deployment', '--deployment-id', id, '--deployment-wait-type', 'TERMINATION_WAIT');
    return true;
  }
  if ((await see(id)).creator === 'codeDeployRollback') return false;
  throw new Error(`The deployment ${id} is under way: wait for its end, or stop it.`);
}

async function underWay({ application, group }: BlueGreen): Promise<string[]> {
  const { deployments } = await deploy<{ deployments: string[] }>(
    'list-deployments',
    ...['--application-name', application, '--deployment-group-name', group],
    ...['--include-only-statuses', 'Created', 'Queued', 'InProgress', 'Baking', 'Ready'],
  );
  return deployments;
}

async function begin(group: BlueGreen, definition: string): Promise<string> {
  const content = JSON.stringify(specificationOf(group, definition));
  const { deploymentId } = await deploy<{ deploymentId: string }>(
    'create-deployment',
    ...['--application-name', group.application, '--deployment-group-name', group.group],
    ...['--revision', JSON.stringify({ revisionType: 'AppSpecContent', appSpecContent: { content } })],
    ...(given['without-alarms'] ? ['--override-alarm-configuration', '{"enabled":false}'] : []),
  );
  return deploymentId;
}

/** https://docs.aws.amazon.com/codedeploy/latest/userguide/reference-appspec-file-structure-resources.html */
function specificationOf({ container, port, security_group }: BlueGreen, TaskDefinition: string) {
  const AwsvpcConfiguration = {
    Subnets: cluster.subnets,
    SecurityGroups: [security_group],
    AssignPublicIp: 'DISABLED',
  };
  const Properties = {
    TaskDefinition,
    LoadBalancerInfo: { ContainerName: container, ContainerPort: port },
    NetworkConfiguration: { AwsvpcConfiguration },
  };
  return { version: 0, Resources: [{ TargetService: { Type: 'AWS::ECS::Service', Properties } }] };
}

async function untilServing(id: string): Promise<void> {
  const end = patience();
  for (;;) {
    const { status, errorInformation, rollbackInfo } = await see(id);
    if (status === 'Failed' || status === 'Stopped') {
      const why = [errorInformation?.code, errorInformation?.message, rollbackInfo?.rollbackMessage];
      const reason = why.filter((part) => part).join(': ') || 'no reason was given';
      throw new Error(`CodeDeploy has gone back to what ran before (${status}): ${reason}`);
    }
    if (status === 'Succeeded' || (await hasMoved(id))) return;
    await end(`The deployment ${id} has not moved the traffic.`);
  }
}

async function see(id: string): Promise<Deployment> {
  const { deploymentInfo } = await deploy<{ deploymentInfo: Deployment }>(
    ...['get-deployment', '--deployment-id', id],
  );
  return deploymentInfo;
}

/**
 * Whether the new tasks have the traffic. The deployment itself ends only when those from before are gone, and for ECS its
 * `instanceTerminationWaitTimeStarted` stays false (https://github.com/aws/containers-roadmap/issues/269).
 */
async function hasMoved(id: string): Promise<boolean> {
  const { targetIds } = await deploy<{ targetIds: string[] }>(
    ...['list-deployment-targets', '--deployment-id', id],
  );
  if (targetIds.length === 0) return false;
  const { deploymentTargets } = await deploy<{ deploymentTargets: Target[] }>(
    ...['batch-get-deployment-targets', '--deployment-id', id, '--target-ids', ...targetIds],
  );
  return deploymentTargets.every(({ ecsTarget }) => ecsTarget?.status === 'Succeeded');
}

function deploy<T>(...given: readonly string[]): Promise<T> {
  return aws<T>('deploy', ...given);
}

/** Waits a little each time, and throws what it is given when that has become too long. */
function patience(): (complaint: string) => Promise<unknown> {
  const until = performance.now() + Number(PATIENCE_MS);
  return (complaint) => {
    if (performance.now() > until) throw new Error(complaint);
    return pause(Number(POLL_MS));
  };
}
