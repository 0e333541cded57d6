// The steps of a deployment against a made-up `aws`, which answers from a table and writes down what it was asked.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';

const cluster = {
  name: 'assay-dev',
  services: { api: 'api', worker: 'worker' },
  task_definitions: { api: 'arn:api:7', worker: 'arn:worker:7' },
  subnets: ['subnet-1', 'subnet-2'],
  security_group: 'sg-1',
};
const served = {
  taskDefinition: {
    family: 'assay-dev-api',
    taskDefinitionArn: 'arn:api:7',
    taskRoleArn: 'arn:role',
    status: 'ACTIVE',
    containerDefinitions: [
      {
        name: 'api',
        image: 'registry/assay:1.0.0',
        command: ['serve'],
        readonlyRootFilesystem: true,
        logConfiguration: { options: { 'awslogs-group': '/assay/api', 'awslogs-stream-prefix': 'api' } },
      },
    ],
  },
};
const task = (exitCode: number) => ({
  tasks: [{ taskArn: 'arn:task/1', lastStatus: 'STOPPED', containers: [{ exitCode }] }],
});
const printing = (message: string) => ({ events: [{ message }] });
const migration = {
  'ecs describe-task-definition': served,
  'ecs register-task-definition': { taskDefinition: { taskDefinitionArn: 'arn:migrate:1' } },
  'ecs run-task': { tasks: [{ taskArn: 'arn:task/1' }], failures: [] },
  'ecs describe-tasks': task(0),
  'logs get-log-events': printing('Nothing to do.'),
  'ecs deregister-task-definition': {},
};
const running = (api: string) => ({
  services: [
    { serviceName: 'api', taskDefinition: api, deployments: [{ status: 'PRIMARY', taskDefinition: api }] },
    {
      serviceName: 'worker',
      taskDefinition: 'arn:worker:7',
      deployments: [{ status: 'PRIMARY', taskDefinition: 'arn:worker:7' }],
    },
  ],
});

let folder: string;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'assay-deploy-'));
  const program = [
    '#!/usr/bin/env node',
    "const { appendFileSync, readFileSync } = require('node:fs');",
    'const given = process.argv.slice(2);',
    "appendFileSync(process.env.ASKED, JSON.stringify(given) + '\\n');",
    "const answers = JSON.parse(readFileSync(process.env.ANSWERS, 'utf8'));",
    "const answer = answers[given.slice(0, 2).join(' ')];",
    "if (answer === undefined) { console.error('no such thing'); process.exit(255); }",
    'if (answer !== null) console.log(JSON.stringify(answer));',
  ];
  await writeFile(join(folder, 'aws'), program.join('\n'));
  await chmod(join(folder, 'aws'), 0o755);
});
after(() => rm(folder, { recursive: true }));

async function ran(program: string, answers: object, input = '') {
  const [asked, table, output] = ['asked', 'answers', 'output'].map((name) => join(folder, name)) as [
    string,
    string,
    string,
  ];
  await Promise.all([writeFile(asked, ''), writeFile(table, JSON.stringify(answers)), writeFile(output, '')]);
  const child = spawn(process.execPath, [fileURLToPath(new URL(program, import.meta.url))], {
    env: {
      PATH: [folder, dirname(process.execPath), process.env.PATH].join(':'),
      ASKED: asked,
      ANSWERS: table,
      GITHUB_OUTPUT: output,
      CLUSTER: JSON.stringify(cluster),
      IMAGE: 'registry/assay@sha256:new',
      POLL_MS: '1',
    },
  });
  child.stdin.end(input);
  const [code, complaints] = await Promise.all([
    new Promise((resolve) => child.once('close', resolve)),
    text(child.stderr),
  ]);
  const calls = (await readFile(asked, 'utf8')).split('\n').filter((line) => line !== '');
  const all = calls.map((line) => JSON.parse(line) as string[]);
  const call = (name: string) => all.find((given) => given.slice(0, 2).join(' ') === name) ?? [];
  return { code, complaints, output: await readFile(output, 'utf8'), call };
}

const optionOf = (given: readonly string[], option: string) => given[given.indexOf(option) + 1] ?? '';

describe('the migration before a deployment', () => {
  test('is the new image with the role, network and confinement of what serves', async () => {
    const { code, call, complaints } = await ran('./migrate.ts', migration);
    assert.equal(code, 0, complaints);
    const registered = JSON.parse(optionOf(call('ecs register-task-definition'), '--cli-input-json'));
    assert.equal(registered.family, 'assay-dev-api-migrate');
    assert.equal(registered.taskRoleArn, 'arn:role');
    assert.equal(registered.status, undefined);
    const [container] = registered.containerDefinitions;
    assert.equal(container.image, 'registry/assay@sha256:new');
    assert.deepEqual(container.command, ['migrate']);
    assert.equal(container.readonlyRootFilesystem, true);
    const network = JSON.parse(optionOf(call('ecs run-task'), '--network-configuration'));
    assert.deepEqual(network.awsvpcConfiguration.securityGroups, ['sg-1']);
    assert.equal(optionOf(call('logs get-log-events'), '--log-stream-name'), 'api/api/1');
  });

  test('tells whether one may go back: not when the schema has changed, nor when nobody can tell', async () => {
    assert.equal((await ran('./migrate.ts', migration)).output, 'migrated=false\n');
    const changed = { ...migration, 'logs get-log-events': printing('0019-more.sql') };
    assert.equal((await ran('./migrate.ts', changed)).output, 'migrated=true\n');
    const { 'logs get-log-events': _, ...silent } = migration;
    assert.equal((await ran('./migrate.ts', silent)).output, 'migrated=true\n');
  });

  test('ends the deployment when it fails, and leaves no definition behind', async () => {
    const { code, complaints, call } = await ran('./migrate.ts', {
      ...migration,
      'ecs describe-tasks': task(1),
    });
    assert.equal(code, 1);
    assert.match(complaints, /the migration failed: exit code 1/);
    assert.ok(call('ecs deregister-task-definition').includes('arn:migrate:1'));
  });
});

describe('a rollout has settled', () => {
  const settled = { 'ecs wait': null, 'ecs describe-services': running('arn:api:7') };

  test('when every service runs what Terraform says', async () => {
    const { code, complaints } = await ran('./settled.ts', settled, JSON.stringify(cluster));
    assert.equal(code, 0, complaints);
  });

  test('but not when ECS has gone back to what ran before', async () => {
    const back = { ...settled, 'ecs describe-services': running('arn:api:6') };
    const { code, complaints } = await ran('./settled.ts', back, JSON.stringify(cluster));
    assert.equal(code, 1);
    assert.match(complaints, /gone back to what ran before: api \(arn:api:6\)/);
  });

  test('and not when it never becomes stable', async () => {
    const { code } = await ran(
      './settled.ts',
      { 'ecs describe-services': running('arn:api:7') },
      JSON.stringify(cluster),
    );
    assert.equal(code, 1);
  });
});
