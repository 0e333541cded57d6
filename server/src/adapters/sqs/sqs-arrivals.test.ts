import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { describe, test } from 'node:test';
import {
  CreateBucketCommand,
  PutBucketNotificationConfigurationCommand,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { SQSClient } from '@aws-sdk/client-sqs';
import { awsSettings, skip } from '../../../test/support/moto-server.ts';
import { newQueueUrl } from '../../../test/support/sqs-jobs.ts';
import { openSqsArrivals } from './open-arrivals.ts';
import { SqsQueue } from './sqs-queue.ts';

describe('news of S3', { skip }, () => {
  async function listening() {
    const s3 = new S3Client({ ...awsSettings, forcePathStyle: true });
    const [Bucket, arrivalsUrl] = [`assay-${randomUUID()}`, await newQueueUrl()];
    await s3.send(
      new CreateBucketCommand({ Bucket, CreateBucketConfiguration: { LocationConstraint: 'eu-central-1' } }),
    );
    const QueueArn = `arn:aws:sqs:eu-central-1:123456789012:${arrivalsUrl.split('/').at(-1)}`;
    const QueueConfigurations = [{ QueueArn, Events: ['s3:ObjectCreated:*' as const] }];
    const NotificationConfiguration = { QueueConfigurations };
    await s3.send(new PutBucketNotificationConfigurationCommand({ Bucket, NotificationConfiguration }));
    const problems: string[] = [];
    const settings = { arrivalsUrl, bucket: Bucket, waitS: 0 };
    const { notices, probe } = openSqsArrivals(
      awsSettings,
      settings,
      (problem) => void problems.push(problem),
    );
    const next = () => notices.next(new AbortController().signal);
    const put = (Key: string) => s3.send(new PutObjectCommand({ Bucket, Key, Body: 'bytes' }));
    const queue = new SqsQueue(new SQSClient(awsSettings), arrivalsUrl);
    return { notices, next, probe, put, problems, queue };
  }

  test('a new object is told with its key; a settled notice is not told again', async () => {
    const { notices, next, put, problems, probe } = await listening();
    await probe();
    const key = `incoming/${randomUUID()}`;
    await put(key);
    // The first one is S3's test of the notification.
    const keys: string[] = [];
    for (let notice = await next(); notice !== null; notice = await next()) {
      keys.push(...notice.arrivals.map((arrival) => arrival.key));
      await notices.settle(notice);
    }
    assert.deepEqual(keys, [key]);
    assert.deepEqual(problems, []);
  });

  test('a postponed notice is told again', async () => {
    const { notices, next, put } = await listening();
    await put('incoming/1');
    const keys: string[] = [];
    for (let i = 0; i < 2; i++) {
      let notice = await next();
      while (notice?.arrivals.length === 0) {
        await notices.settle(notice);
        notice = await next();
      }
      assert.ok(notice);
      keys.push(...notice.arrivals.map((arrival) => arrival.key));
      await notices.postpone(notice, 0);
    }
    assert.deepEqual(keys, ['incoming/1', 'incoming/1']);
  });

  test('a message that nobody understands is told, and left to the redrive policy', async () => {
    const { next, queue, problems } = await listening();
    await queue.send([{ body: 'nonsense', delayS: 0 }]);
    while (problems.length === 0) await next();
    assert.match(problems[0] ?? '', /nonsense/);
  });
});
