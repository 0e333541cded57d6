// Waits until the services of a stack run what Terraform has told them to, as a step of a deployment. ECS also settles
// after it went back to what ran before: then this fails.
//
//   terraform output -json cluster | npm run ecs:settled
import { text } from 'node:stream/consumers';
import { aws, type Cluster } from './aws.ts';

interface Service {
  readonly serviceName: string;
  readonly taskDefinition: string;
  readonly deployments: readonly {
    readonly status: string;
    readonly taskDefinition: string;
    readonly rolloutState?: string;
  }[];
}

/** `services-stable` gives up after ten minutes; a rollout may take longer. */
const patience = 3;

const cluster = JSON.parse(await text(process.stdin)) as Cluster;
const names = Object.values(cluster.services);
for (let tried = 1; ; tried++) {
  const waiting = aws('ecs', 'wait', 'services-stable', '--cluster', cluster.name, '--services', ...names);
  const problem = await waiting.then(
    () => null,
    (error: Error) => error,
  );
  if (problem === null) break;
  if (tried === patience) throw problem;
}
const { services } = await aws<{ services: Service[] }>(
  'ecs',
  'describe-services',
  '--cluster',
  cluster.name,
  '--services',
  ...names,
);
const wanted = new Map(
  Object.entries(cluster.services).map(([service, name]) => [name, cluster.task_definitions[service]]),
);
const others = services.filter(({ serviceName, deployments }) => {
  const running = deployments.find(({ status }) => status === 'PRIMARY')?.taskDefinition;
  return running !== wanted.get(serviceName);
});
if (services.length !== names.length || others.length > 0) {
  const which = others.map(({ serviceName, taskDefinition }) => `${serviceName} (${taskDefinition})`);
  throw new Error(`ECS has gone back to what ran before: ${which.join(', ') || 'services are missing'}`);
}
console.log(`${names.join(', ')} run what they should.`);
