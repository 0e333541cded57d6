import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type AwsAnswer, type AwsRequest, answering } from '../../../test/support/fake-aws.ts';
import { someEvent } from '../../../test/support/samples.ts';
import { openSns } from './open-sns.ts';

const topicArn = 'arn:aws:sns:eu-central-1:123456789012:registry';
const open = (answer: (request: AwsRequest) => AwsAnswer, arn = topicArn) =>
  openSns(answering(answer), { topicArn: arn }).announcer;

test('a FIFO topic is told what is the same event, and whose events keep their order', async () => {
  const requests: AwsRequest[] = [];
  const answer = (request: AwsRequest) => {
    requests.push(request);
    return { output: {} };
  };
  const event = someEvent();
  await open(answer, `${topicArn}.fifo`).announce(event);
  await open(answer).announce(event);
  assert.deepEqual(
    requests.map(({ input }) => [input.MessageDeduplicationId, input.MessageGroupId]),
    [
      [event.id, event.userId],
      [undefined, undefined],
    ],
  );
});

for (const [name, failure] of [
  ['Throttling', 'transient'],
  ['InternalError', 'transient'],
  ['KMSThrottling', 'transient'],
  ['SomethingNew', 'transient'],
  ['AuthorizationError', 'permanent'],
  ['NotFound', 'permanent'],
  ['InvalidParameter', 'permanent'],
] as const) {
  test(`${name} is ${failure}`, async () => {
    const announcing = open(() => ({ error: name })).announce(someEvent());
    await assert.rejects(announcing, { name: 'StorageError', failure });
  });
}

test('a lost connection is transient', async () => {
  await assert.rejects(open(() => ({ lost: true })).announce(someEvent()), { failure: 'transient' });
});
