import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { after, describe, test } from 'node:test';
import {
  ApplicationAutoScalingClient,
  DescribeScalableTargetsCommand,
  RegisterScalableTargetCommand,
} from '@aws-sdk/client-application-auto-scaling';
import {
  CreateClusterCommand,
  CreateServiceCommand,
  DescribeServicesCommand,
  ECSClient,
  RegisterTaskDefinitionCommand,
  UpdateServiceCommand,
} from '@aws-sdk/client-ecs';
import { awsSettings, skip } from '../../../test/support/moto-server.ts';
import { EcsServices } from './ecs-services.ts';

const region = 'eu-west-1';

describe('the services of a region', { skip }, () => {
  const settings = { ...awsSettings, region };
  const [ecs, scaling] = [new ECSClient(settings), new ApplicationAutoScalingClient(settings)];
  const opened: EcsServices[] = [];
  after(() => {
    for (const one of [ecs, scaling]) one.destroy();
    for (const one of opened) one.close();
  });

  async function someCluster(names: readonly string[]) {
    const cluster = `assay-${randomBytes(6).toString('hex')}`;
    await ecs.send(new CreateClusterCommand({ clusterName: cluster }));
    await ecs.send(
      new RegisterTaskDefinitionCommand({
        family: cluster,
        containerDefinitions: [{ name: 'api', image: 'registry:1', memory: 128 }],
      }),
    );
    for (const serviceName of names) {
      await ecs.send(
        new CreateServiceCommand({ cluster, serviceName, taskDefinition: cluster, desiredCount: 0 }),
      );
      await scaling.send(
        new RegisterScalableTargetCommand({
          ServiceNamespace: 'ecs',
          ResourceId: `service/${cluster}/${serviceName}`,
          ScalableDimension: 'ecs:service:DesiredCount',
          MinCapacity: 0,
          MaxCapacity: 0,
        }),
      );
    }
    const services = new EcsServices(awsSettings, { region, cluster });
    opened.push(services);
    return { cluster, services };
  }

  async function scaled(cluster: string, service: string) {
    const { services = [] } = await ecs.send(new DescribeServicesCommand({ cluster, services: [service] }));
    const { ScalableTargets = [] } = await scaling.send(
      new DescribeScalableTargetsCommand({
        ServiceNamespace: 'ecs',
        ResourceIds: [`service/${cluster}/${service}`],
      }),
    );
    const [target] = ScalableTargets;
    return [services[0]?.desiredCount, target?.MinCapacity, target?.MaxCapacity];
  }

  test('are listed with what runs', async () => {
    const { services } = await someCluster(['api', 'worker', 'validators']);
    const listed = await services.list();
    assert.deepEqual(listed.map(({ name }) => name).sort(), ['api', 'validators', 'worker']);
    for (const { running, ready } of listed) assert.deepEqual([running, ready], [0, 0]);
    assert.deepEqual(await (await someCluster([])).services.list(), []);
  });

  test('are scaled one by one: the range of the scaling, and the tasks that are wanted', async () => {
    const { cluster, services } = await someCluster(['api', 'worker']);
    await services.scale('api', { least: 2, most: 10 });
    await services.scale('api', { least: 2, most: 10 });
    assert.deepEqual(await scaled(cluster, 'api'), [2, 2, 10]);
    assert.deepEqual(await scaled(cluster, 'worker'), [0, 0, 0]);
    await services.scale('api', { least: 0, most: 0 });
    assert.deepEqual(await scaled(cluster, 'api'), [0, 0, 0]);
  });

  test('that run as many tasks as they may go on with those, for the load has asked for them', async () => {
    const { cluster, services } = await someCluster(['api']);
    await ecs.send(new UpdateServiceCommand({ cluster, service: 'api', desiredCount: 7 }));
    await services.scale('api', { least: 2, most: 10 });
    assert.deepEqual(await scaled(cluster, 'api'), [7, 2, 10]);
    await services.scale('api', { least: 2, most: 5 });
    assert.deepEqual(await scaled(cluster, 'api'), [5, 2, 5]);
  });

  test('of a cluster that is not there are an error, not none', async () => {
    const services = new EcsServices(awsSettings, { region, cluster: 'nowhere' });
    opened.push(services);
    await assert.rejects(services.list(), {
      name: 'StorageError',
      failure: 'permanent',
      message: /^eu-west-1: /,
    });
  });
});
