// `assay fail-over` as an operator runs it, on two regions of an emulated AWS.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import {
  CreateClusterCommand,
  CreateServiceCommand,
  DescribeServicesCommand,
  ECSClient,
  RegisterTaskDefinitionCommand,
} from '@aws-sdk/client-ecs';
import { awsSettings, skip } from '../support/moto-server.ts';

const main = fileURLToPath(new URL('../../src/main.ts', import.meta.url));
const [first, second] = ['eu-central-1', 'eu-west-1'];
const services = ['api', 'worker', 'validators'];

/** A cluster of one name in both regions, whose services run in the first. */
async function someRegistry() {
  const cluster = `assay-${randomBytes(6).toString('hex')}`;
  const clients = [first, second].map((region) => new ECSClient({ ...awsSettings, region }));
  for (const [index, client] of clients.entries()) {
    await client.send(new CreateClusterCommand({ clusterName: cluster }));
    const containerDefinitions = [{ name: 'api', image: 'registry:1', memory: 128 }];
    await client.send(new RegisterTaskDefinitionCommand({ family: cluster, containerDefinitions }));
    for (const serviceName of services) {
      const desiredCount = index === 0 ? 2 : 0;
      await client.send(
        new CreateServiceCommand({ cluster, serviceName, taskDefinition: cluster, desiredCount }),
      );
    }
  }
  return {
    cluster,
    close: () => clients.forEach((client) => void client.destroy()),
    wanted: () =>
      Promise.all(
        clients.map(async (client) => {
          const found = await client.send(new DescribeServicesCommand({ cluster, services }));
          return found.services?.map(({ desiredCount }) => desiredCount);
        }),
      ),
  };
}

async function failOver(...args: string[]) {
  const child = spawn(
    process.execPath,
    ['--disable-warning=ExperimentalWarning', main, 'fail-over', ...args],
    {
      env: {
        PATH: process.env.PATH,
        AWS_ACCESS_KEY_ID: 'test',
        AWS_SECRET_ACCESS_KEY: 'test',
        ASSAY_AWS_REGION: second,
        ASSAY_AWS_ENDPOINT: awsSettings.endpoint,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
  }
  const [code] = await once(child, 'close');
  return { code, output };
}

describe('a registry in two regions', { skip }, () => {
  test('is moved to the other one, and back, by one command each', async (t) => {
    const { cluster, wanted, close } = await someRegistry();
    t.after(close);
    const over = await failOver(cluster, '--from', first, '--to', second, '--least', '3');
    assert.equal(over.code, 0, over.output);
    assert.match(over.output, /eu-central-1: none runs\.\n.*eu-west-1: they run\./s);
    assert.deepEqual(await wanted(), [
      [0, 0, 0],
      [3, 3, 3],
    ]);
    const back = await failOver(cluster, '--from', second, '--to', first);
    assert.equal(back.code, 0, back.output);
    assert.deepEqual(await wanted(), [
      [2, 2, 2],
      [0, 0, 0],
    ]);
  });

  test('is not stopped for a region in which there is nothing, nor by a command that says too little', async (t) => {
    const { cluster, wanted, close } = await someRegistry();
    t.after(close);
    const nowhere = await failOver(cluster, '--from', first, '--to', 'us-west-2');
    assert.equal(nowhere.code, 1, nowhere.output);
    assert.match(nowhere.output, /^us-west-2: ClusterNotFound[^\n]*\n$/);
    const unsaid = await failOver(cluster, '--to', second);
    assert.deepEqual([unsaid.code, /--from-is-lost/.test(unsaid.output)], [2, true]);
    assert.equal((await failOver(cluster, '--from', first, '--to', first)).code, 2);
    assert.deepEqual(await wanted(), [
      [2, 2, 2],
      [0, 0, 0],
    ]);
    const lost = await failOver(cluster, '--from-is-lost', '--to', second);
    assert.equal(lost.code, 0, lost.output);
    assert.deepEqual(
      await wanted(),
      [
        [2, 2, 2],
        [2, 2, 2],
      ],
      'a lost region is left alone',
    );
  });
});
