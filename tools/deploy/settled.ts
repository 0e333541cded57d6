// Waits until the services of a stack run what Terraform has told them to, as a step of a deployment. ECS also settles
// after it went back to what ran before: then this fails.
//
//   terraform output -json cluster | npm run ecs:settled
import { text } from 'node:stream/consumers';
import { aws, type Cluster, definitionOf, servicesOf } from './aws.ts';

/** `services-stable` gives up after ten minutes; a rollout may take longer. */
const patience = 3;

const cluster = JSON.parse(await text(process.stdin)) as Cluster;
const names = Object.values(cluster.services);
// What CodeDeploy brings over has no deployments of ECS, by which it would tell that a service is stable.
const rolled = cluster.blue_green ? names.filter((name) => name !== cluster.services.api) : names;
for (let tried = 1; ; tried++) {
  const waiting = aws('ecs', 'wait', 'services-stable', '--cluster', cluster.name, '--services', ...rolled);
  const problem = await waiting.then(
    () => null,
    (error: Error) => error,
  );
  if (problem === null) break;
  if (tried === patience) throw problem;
}
const services = await servicesOf(cluster, names);
const wanted = new Map(
  Object.entries(cluster.services).map(([service, name]) => [name, cluster.task_definitions[service]]),
);
const others = services.filter((service) => definitionOf(service) !== wanted.get(service.serviceName));
if (services.length !== names.length || others.length > 0) {
  const which = others.map((service) => `${service.serviceName} (${definitionOf(service)})`);
  throw new Error(`ECS has gone back to what ran before: ${which.join(', ') || 'services are missing'}`);
}
console.log(`${names.join(', ')} run what they should.`);
