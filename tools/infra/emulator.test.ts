import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { CreateTableCommand, DeleteTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import {
  CreateKeyCommand,
  DescribeKeyCommand,
  KMSClient,
  ScheduleKeyDeletionCommand,
} from '@aws-sdk/client-kms';
import { CreateBucketCommand, DeleteBucketCommand, S3Client } from '@aws-sdk/client-s3';
import { CreateQueueCommand, DeleteQueueCommand, SQSClient } from '@aws-sdk/client-sqs';
import { Emulator, whyNoEmulator } from './emulator.ts';

const missing = await whyNoEmulator();

describe('what is left in the emulator', { skip: missing ?? false }, async () => {
  if (missing !== null) return;
  const emulator = await Emulator.start('example.org');
  after(() => emulator[Symbol.asyncDispose]());
  const settings = {
    endpoint: emulator.url,
    region: 'eu-west-1',
    credentials: { accessKeyId: 'any', secretAccessKey: 'any' },
  };

  test('is nothing at the start, and nothing once a region is asked for what it has by itself', async () => {
    assert.deepEqual(await emulator.left(), []);
    await emulator.call(
      { service: 'ecs', region: 'eu-west-1', target: 'AmazonEC2ContainerServiceV20141113.ListClusters' },
      {},
    );
    await emulator.call(
      { service: 'ssm', region: 'eu-west-1', target: 'AmazonSSM.GetParameter' },
      { Name: '/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64' },
    );
    assert.deepEqual(await emulator.left(), []);
  });

  test('is told by service, region and name, until it is removed', async () => {
    const s3 = new S3Client({ ...settings, forcePathStyle: true });
    const sqs = new SQSClient(settings);
    const dynamodb = new DynamoDBClient(settings);
    await s3.send(new CreateBucketCommand({ Bucket: 'forgotten-bucket' }));
    const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName: 'forgotten-queue' }));
    await dynamodb.send(
      new CreateTableCommand({
        TableName: 'forgotten-table',
        KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
        AttributeDefinitions: [{ AttributeName: 'pk', AttributeType: 'S' }],
        BillingMode: 'PAY_PER_REQUEST',
      }),
    );
    const left = (await emulator.left()).join('\n');
    assert.match(left, /^s3 .*forgotten-bucket/m);
    assert.match(left, /^sqs in eu-west-1: .*forgotten-queue/m);
    assert.match(left, /^dynamodb in eu-west-1: .*forgotten-table/m);
    await s3.send(new DeleteBucketCommand({ Bucket: 'forgotten-bucket' }));
    await sqs.send(new DeleteQueueCommand({ QueueUrl }));
    await dynamodb.send(new DeleteTableCommand({ TableName: 'forgotten-table' }));
    assert.deepEqual(await emulator.left(), []);
  });

  test('is no key that will be deleted, as AWS deletes none at once, nor one that AWS makes for a service', async () => {
    const kms = new KMSClient(settings);
    const { KeyMetadata } = await kms.send(new CreateKeyCommand({}));
    assert.match(
      (await emulator.left()).join('\n'),
      new RegExp(`^kms in eu-west-1: .*${KeyMetadata?.KeyId}`, 'm'),
    );
    await kms.send(new ScheduleKeyDeletionCommand({ KeyId: KeyMetadata?.KeyId }));
    await kms.send(new DescribeKeyCommand({ KeyId: 'alias/aws/dynamodb' }));
    assert.deepEqual(await emulator.left(), []);
  });
});
