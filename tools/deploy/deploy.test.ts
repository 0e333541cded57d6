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
  blue_green: null,
};
const switched = {
  ...cluster,
  blue_green: {
    application: 'assay-dev-api',
    group: 'api',
    container: 'api',
    port: 8080,
    security_group: 'sg-2',
  },
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
      { name: 'collector', image: 'registry/collector:1', essential: false },
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
    "const named = (words) => words.slice(0, 2).join(' ');",
    "const asked = readFileSync(process.env.ASKED, 'utf8').trim().split('\\n').map((line) => named(JSON.parse(line)));",
    "let answer = JSON.parse(readFileSync(process.env.ANSWERS, 'utf8'))[named(given)];",
    'const { turns } = answer ?? {};',
    'const times = asked.filter((words) => words === named(given)).length;',
    'if (turns) answer = turns[Math.min(times, turns.length) - 1];',
    "if (answer === undefined) { console.error('no such thing'); process.exit(255); }",
    'if (answer !== null) console.log(JSON.stringify(answer));',
  ];
  await writeFile(join(folder, 'aws'), program.join('\n'));
  await chmod(join(folder, 'aws'), 0o755);
});
after(() => rm(folder, { recursive: true }));

/** One after the other; the last one again and again. */
const inTurn = (...turns: readonly unknown[]) => ({ turns });

interface Given {
  readonly options?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
}

async function ran(program: string, answers: object, input = '', { options = [], environment }: Given = {}) {
  const [asked, table] = [join(folder, 'asked'), join(folder, 'answers')];
  await Promise.all([writeFile(asked, ''), writeFile(table, JSON.stringify(answers))]);
  const path = fileURLToPath(new URL(program, import.meta.url));
  const child = spawn(process.execPath, [path, ...options], {
    env: {
      PATH: [folder, dirname(process.execPath), process.env.PATH].join(':'),
      ASKED: asked,
      ANSWERS: table,
      CLUSTER: JSON.stringify(cluster),
      IMAGE: 'registry/assay@sha256:new',
      POLL_MS: '1',
      ...environment,
    },
  });
  child.stdin.end(input);
  const [code, complaints, output] = await Promise.all([
    new Promise((resolve) => child.once('close', resolve)),
    text(child.stderr),
    text(child.stdout),
  ]);
  const calls = (await readFile(asked, 'utf8')).split('\n').filter((line) => line !== '');
  const all = calls.map((line) => JSON.parse(line) as string[]);
  const names = all.map((given) => given.slice(0, 2).join(' '));
  const call = (name: string) => all[names.indexOf(name)] ?? [];
  return { code, complaints, output, names, call };
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
    const [container, ...beside] = registered.containerDefinitions;
    assert.deepEqual(beside, []);
    assert.equal(container.image, 'registry/assay@sha256:new');
    assert.deepEqual(container.command, ['migrate']);
    assert.equal(container.readonlyRootFilesystem, true);
    const network = JSON.parse(optionOf(call('ecs run-task'), '--network-configuration'));
    assert.deepEqual(network.awsvpcConfiguration.securityGroups, ['sg-1']);
    assert.equal(optionOf(call('logs get-log-events'), '--log-stream-name'), 'api/api/1');
  });

  test('fails with what the task has printed, as when the release before does not work on the database', async () => {
    const { code, output } = await ran('./migrate.ts', {
      ...migration,
      'ecs describe-tasks': task(1),
      'logs get-log-events': printing(
        'The schema of the database is 0020-colours, which a newer release has made',
      ),
    });
    assert.equal(code, 1);
    assert.match(output, /0020-colours, which a newer release has made/);
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

describe('an API that CodeDeploy brings over', () => {
  const taskSets = (primary: string) => ({
    services: [
      { serviceName: 'api', deployments: [], taskSets: [{ status: 'PRIMARY', taskDefinition: primary }] },
    ],
  });
  const noneUnderWay = { deployments: [] };
  const target = (status: string) => ({ deploymentTargets: [{ ecsTarget: { status } }] });
  const deployment = (status: string, more: object = {}) => ({ deploymentInfo: { status, ...more } });
  const deploying = {
    'deploy list-deployments': noneUnderWay,
    'ecs describe-services': taskSets('arn:api:6'),
    'deploy create-deployment': { deploymentId: 'd-1' },
    'deploy get-deployment': deployment('InProgress'),
    'deploy list-deployment-targets': { targetIds: ['assay-dev:api'] },
    'deploy batch-get-deployment-targets': inTurn(target('InProgress'), target('Succeeded')),
    'deploy continue-deployment': null,
    'deploy stop-deployment': { status: 'Pending' },
  };
  const brought = (
    answers: object = {},
    options: readonly string[] = [],
    given: object = switched,
    environment: Readonly<Record<string, string>> = {},
  ) => ran('./blue-green.ts', { ...deploying, ...answers }, JSON.stringify(given), { options, environment });

  test('runs what Terraform has made, by its container and port and in its network', async () => {
    const { code, complaints, call, output } = await brought();
    assert.equal(code, 0, complaints);
    const created = call('deploy create-deployment');
    assert.equal(optionOf(created, '--application-name'), 'assay-dev-api');
    assert.equal(optionOf(created, '--deployment-group-name'), 'api');
    assert.ok(!created.includes('--override-alarm-configuration'));
    const { revisionType, appSpecContent } = JSON.parse(optionOf(created, '--revision'));
    assert.equal(revisionType, 'AppSpecContent');
    const [{ TargetService }] = JSON.parse(appSpecContent.content).Resources;
    assert.equal(TargetService.Type, 'AWS::ECS::Service');
    assert.equal(TargetService.Properties.TaskDefinition, 'arn:api:7');
    assert.deepEqual(TargetService.Properties.LoadBalancerInfo, {
      ContainerName: 'api',
      ContainerPort: 8080,
    });
    assert.deepEqual(TargetService.Properties.NetworkConfiguration.AwsvpcConfiguration.SecurityGroups, [
      'sg-2',
    ]);
    assert.match(output, /arn:api:7 serves\./);
  });

  test('is waited for until it has the traffic, not until what ran before is gone', async () => {
    const { code, names } = await brought();
    assert.equal(code, 0);
    assert.equal(names.filter((name) => name === 'deploy batch-get-deployment-targets').length, 2);
  });

  test('fails with the reason when CodeDeploy has gone back', async () => {
    const errorInformation = { code: 'ALARM_ACTIVE', message: 'One or more alarms have been activated' };
    const { code, complaints } = await brought({
      'deploy get-deployment': inTurn(deployment('InProgress'), deployment('Stopped', { errorInformation })),
      'deploy batch-get-deployment-targets': target('InProgress'),
    });
    assert.equal(code, 1);
    assert.match(complaints, /gone back to what ran before \(Stopped\): ALARM_ACTIVE: One or more alarms/);
  });

  test('fails when the traffic does not move', async () => {
    const answers = {
      'deploy batch-get-deployment-targets': target('InProgress'),
      'deploy create-deployment': { deploymentId: 'd-slow' },
    };
    const { code, complaints } = await brought(answers, [], switched, { PATIENCE_MS: '0' });
    assert.equal(code, 1);
    assert.match(complaints, /d-slow has not moved the traffic/);
  });

  test('is left alone when it runs that already', async () => {
    const { code, names } = await brought({ 'ecs describe-services': taskSets('arn:api:7') });
    assert.equal(code, 0);
    assert.ok(!names.includes('deploy create-deployment'));
  });

  test('does not wait until what ran before the last deployment is gone', async () => {
    const { code, call, names, complaints } = await brought({
      'deploy list-deployments': inTurn({ deployments: ['d-0'] }, { deployments: ['d-0'] }, noneUnderWay),
      'deploy batch-get-deployment-targets': target('Succeeded'),
    });
    assert.equal(code, 0, complaints);
    const continued = call('deploy continue-deployment');
    assert.equal(optionOf(continued, '--deployment-id'), 'd-0');
    assert.equal(optionOf(continued, '--deployment-wait-type'), 'TERMINATION_WAIT');
    assert.equal(names.filter((name) => name === 'deploy continue-deployment').length, 1);
    assert.ok(names.includes('deploy create-deployment'));
  });

  test('is not taken from another deployment that is under way', async () => {
    const { code, complaints, names } = await brought({
      'deploy list-deployments': { deployments: ['d-0'] },
      'deploy batch-get-deployment-targets': target('InProgress'),
      'deploy get-deployment': deployment('InProgress', { creator: 'user' }),
    });
    assert.equal(code, 1);
    assert.match(complaints, /d-0 is under way: wait for its end, or stop it/);
    assert.ok(!names.includes('deploy create-deployment'));
  });

  test('goes back at once when the deployment is stopped, also when that is a deployment itself', async () => {
    const { code, call, names, complaints } = await brought(
      {
        'deploy list-deployments': inTurn(
          { deployments: ['d-1'] },
          { deployments: ['d-1', 'd-back'] },
          { deployments: ['d-back'] },
          noneUnderWay,
        ),
        'deploy batch-get-deployment-targets': target('InProgress'),
        'deploy get-deployment': deployment('InProgress', { creator: 'codeDeployRollback' }),
      },
      ['--stop'],
    );
    assert.equal(code, 0, complaints);
    const stopped = call('deploy stop-deployment');
    assert.equal(optionOf(stopped, '--deployment-id'), 'd-1');
    assert.ok(stopped.includes('--auto-rollback-enabled'));
    assert.equal(names.filter((name) => name === 'deploy stop-deployment').length, 1);
    assert.ok(!names.includes('deploy create-deployment'));
  });

  test('is gone back to although an alarm rings', async () => {
    const { code, call } = await brought({}, ['--without-alarms']);
    assert.equal(code, 0);
    assert.equal(
      optionOf(call('deploy create-deployment'), '--override-alarm-configuration'),
      '{"enabled":false}',
    );
  });

  test('is no matter where ECS replaces tasks', async () => {
    for (const options of [[], ['--stop']]) {
      const { code, names } = await brought({}, options, cluster);
      assert.equal(code, 0);
      assert.deepEqual(names, []);
    }
  });

  test('has settled when its tasks with the traffic are those that Terraform wants', async () => {
    const worker = running('').services[1];
    const seen = (api: string) => ({ services: [...taskSets(api).services, worker] });
    const settle = (api: string) =>
      ran('./settled.ts', { 'ecs wait': null, 'ecs describe-services': seen(api) }, JSON.stringify(switched));
    const { code, call, complaints } = await settle('arn:api:7');
    assert.equal(code, 0, complaints);
    // It would wait for ever for what ECS does not deploy.
    const waited = call('ecs wait');
    assert.deepEqual(waited.slice(waited.indexOf('--services') + 1, -2), ['worker']);
    assert.match((await settle('arn:api:6')).complaints, /gone back to what ran before: api \(arn:api:6\)/);
  });
});
