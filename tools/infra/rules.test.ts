// The rules about infra/, each with something that breaks it: a rule that finds nothing there would find nothing anywhere.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { driftIn } from './drift.ts';
import { findingsIn } from './policy.ts';
import { findingsInSource } from './source-rules.ts';
import type { Resource, Values } from './state.ts';

function resource(type: string, values: Values, index?: string): Resource {
  const address = `module.m.${type}.this`;
  return { address, mode: 'managed', type, name: 'this', values, ...(index !== undefined && { index }) };
}

const problemsOf = (...resources: Resource[]) => findingsIn(resources).map(({ problem }) => problem);
const policy = (...Statement: object[]) => JSON.stringify({ Version: '2012-10-17', Statement });

describe('what is made', () => {
  const broken: readonly [string, string, Values][] = [
    [
      'a port other than 80 and 443 open to the internet',
      'aws_vpc_security_group_ingress_rule',
      { cidr_ipv4: '0.0.0.0/0', from_port: 22, to_port: 22 },
    ],
    [
      'a range of ports open to the internet',
      'aws_vpc_security_group_ingress_rule',
      { cidr_ipv6: '::/0', from_port: 80, to_port: 443 },
    ],
    [
      'a listener without TLS',
      'aws_lb_listener',
      { protocol: 'HTTP', default_action: [{ type: 'forward' }] },
    ],
    ['a key that is never rotated', 'aws_kms_key', { enable_key_rotation: false }],
    ['a queue that is not encrypted', 'aws_sqs_queue', {}],
    ['a secret with its value in the state', 'aws_secretsmanager_secret_version', { secret_string: 'x' }],
    ['a log that is kept for ever', 'aws_cloudwatch_log_group', { kms_key_id: 'k', retention_in_days: 0 }],
    [
      'every action of a service',
      'aws_iam_role_policy',
      { policy: policy({ Effect: 'Allow', Action: 's3:*', Resource: 'arn:x' }) },
    ],
    [
      'all resources',
      'aws_iam_policy',
      { policy: policy({ Effect: 'Allow', Action: 's3:GetObject', Resource: '*' }) },
    ],
    [
      'a role for everybody',
      'aws_iam_role',
      { assume_role_policy: policy({ Effect: 'Allow', Principal: '*', Action: 'sts:AssumeRole' }) },
    ],
    [
      'a role for any workflow',
      'aws_iam_role',
      {
        assume_role_policy: policy({
          Effect: 'Allow',
          Principal: { Federated: 'x' },
          Action: 'sts:AssumeRoleWithWebIdentity',
        }),
      },
    ],
    [
      'a task that runs as root',
      'aws_ecs_task_definition',
      { container_definitions: JSON.stringify([{ readonlyRootFilesystem: true, user: '0' }]) },
    ],
  ];
  for (const [what, type, values] of broken) {
    test(`may not have ${what}`, () => assert.equal(problemsOf(resource(type, values)).length, 1));
  }

  test('may not have a bucket that is bare', () => {
    assert.equal(problemsOf(resource('aws_s3_bucket', { id: 'b', bucket: 'b' })).length, 4);
  });

  test('may have ports 80 and 443 open, and wildcards that say that they are meant', () => {
    const open = { cidr_ipv4: '0.0.0.0/0', from_port: 443, to_port: 443 };
    const meant = policy({
      Sid: 'LogInByDesign',
      Effect: 'Allow',
      Action: 'ecr:GetAuthorizationToken',
      Resource: '*',
    });
    assert.deepEqual(
      problemsOf(
        resource('aws_vpc_security_group_ingress_rule', open),
        resource('aws_iam_role_policy', { policy: meant }),
      ),
      [],
    );
  });

  test('is backed up where it holds records', () => {
    const table = resource('aws_dynamodb_table', {
      name: 'users',
      server_side_encryption: [{ kms_key_arn: 'k' }],
      point_in_time_recovery: [{ enabled: true }],
    });
    const selection = resource('aws_backup_selection', { resources: ['arn:aws:dynamodb:r:1:table/users'] });
    assert.deepEqual(problemsOf(table), ['is not backed up']);
    assert.deepEqual(problemsOf(table, selection), []);
  });

  test('is watched where there are copies in another region', () => {
    const bucket = resource('aws_s3_bucket', { id: 'id-1', bucket: 'packages' }, 'packages');
    const copied = resource('aws_s3_bucket_replication_configuration', { bucket: 'id-1' });
    const table = resource('aws_dynamodb_table', { name: 'users', replica: [{ region_name: 'r' }] });
    const alarm = (metric_name: string, dimensions: object) =>
      resource('aws_cloudwatch_metric_alarm', { metric_name, dimensions });
    const unwatched = (...alarms: Resource[]) =>
      problemsOf(bucket, copied, table, ...alarms).filter((problem) => problem.startsWith('has copies'));
    const late = 'has copies without an alarm by ReplicationLatency';
    assert.deepEqual(unwatched(), ['has copies without an alarm by OperationsFailedReplication', late, late]);
    const ofBucket = ['OperationsFailedReplication', 'ReplicationLatency'];
    const enough = ofBucket.map((metric) => alarm(metric, { SourceBucket: 'packages' }));
    assert.deepEqual(unwatched(...enough), [late]);
    assert.deepEqual(unwatched(...enough, alarm('ReplicationLatency', { TableName: 'users' })), []);
    assert.equal(unwatched(...ofBucket.map((metric) => alarm(metric, { SourceBucket: 'other' }))).length, 3);
  });
});

describe('sources', () => {
  const problems = (text: string, path = 'modules/m/main.tf') =>
    findingsInSource(path, text).map(({ line, problem }) => `${line} ${problem}`);

  test('have no wildcard without a comment', () => {
    assert.deepEqual(problems('  Action = "s3:*"'), ['1 a wildcard without a comment that says why']);
    assert.deepEqual(problems('  Action = "s3:*" # a refusal'), []);
    assert.deepEqual(problems('  # a refusal\n  Resource = "*"'), []);
  });

  test('let nothing be destroyed that holds data', () => {
    const bucket = (inside: string) => `resource "aws_s3_bucket" "this" {\n${inside}\n}\n`;
    assert.equal(problems(bucket('  bucket = "b"')).length, 1);
    assert.deepEqual(problems(bucket('  lifecycle {\n    prevent_destroy = true\n  }')), []);
  });

  test('tag all that stacks make', () => {
    assert.equal(problems('provider "aws" {\n  region = "r"\n}\n', 'stacks/s/providers.tf').length, 1);
  });
});

test('a second plan may change what is known to, and nothing else', () => {
  const change = (before: object, after: object, actions = ['update']) => ({
    address: 'aws_sqs_queue.this',
    type: 'aws_sqs_queue',
    change: { actions, before: { ...before }, after: { ...after }, after_unknown: { arn: true } },
  });
  const known = { aws_sqs_queue: ['redrive_policy'] };
  assert.deepEqual(driftIn([change({ redrive_policy: 'a' }, { redrive_policy: 'b', arn: 'x' })], known), []);
  assert.deepEqual(driftIn([change({ name: 'a' }, { name: 'b' })], known), [
    'aws_sqs_queue.this: update of name',
  ]);
  assert.equal(driftIn([change({ redrive_policy: 'a' }, {}, ['delete', 'create'])], known).length, 1);
});

test('what becomes known when it is applied hides no change beside it', () => {
  const change = (keyBefore: string, keyAfter: string) => ({
    address: 'aws_dynamodb_table.this',
    type: 'aws_dynamodb_table',
    change: {
      actions: ['update'],
      before: { replica: [{ arn: 'known before', kms_key_arn: keyBefore }] },
      after: { replica: [{ kms_key_arn: keyAfter }] },
      after_unknown: { replica: [{ arn: true }] },
    },
  });
  assert.deepEqual(driftIn([change('a', 'a')], {}), []);
  assert.deepEqual(driftIn([change('a', 'b')], {}), ['aws_dynamodb_table.this: update of replica']);
});
