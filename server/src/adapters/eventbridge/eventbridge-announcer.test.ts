import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type AwsAnswer, type AwsRequest, answering } from '../../../test/support/fake-aws.ts';
import { someEvent } from '../../../test/support/samples.ts';
import { openEventBridge } from './open-eventbridge.ts';

const open = (answer: (request: AwsRequest) => AwsAnswer, maxAttempts = 1) =>
  openEventBridge(answering(answer, { maxAttempts }), { bus: 'registry', source: 'assay' }).announcer;
const failedEntry = (ErrorCode: string) => ({
  output: { FailedEntryCount: 1, Entries: [{ ErrorCode, ErrorMessage: 'no' }] },
});

test('an entry says when, from whom and to which bus', async () => {
  const requests: AwsRequest[] = [];
  const announcer = open((request) => {
    requests.push(request);
    return { output: { FailedEntryCount: 0, Entries: [{ EventId: '1' }] } };
  });
  const event = someEvent();
  await announcer.announce(event);
  const [entry] = (requests[0]?.input.Entries ?? []) as Record<string, unknown>[];
  assert.deepEqual(
    { ...entry, Detail: JSON.parse(String(entry?.Detail)) },
    {
      EventBusName: 'registry',
      Source: 'assay',
      DetailType: event.kind,
      Time: event.at.getTime() / 1000,
      Detail: { ...event, at: event.at.toISOString() },
    },
  );
});

for (const [name, failure] of [
  ['ThrottlingException', 'transient'],
  ['InternalFailure', 'transient'],
  ['InternalException', 'transient'],
  ['SomethingNew', 'transient'],
  ['MalformedDetail', 'permanent'],
  ['NotAuthorizedForSourceException', 'permanent'],
  ['AccessDeniedException', 'permanent'],
] as const) {
  test(`${name} is ${failure}, of the request and of its entry`, async () => {
    const failed = { name: 'StorageError', failure };
    await assert.rejects(open(() => ({ error: name })).announce(someEvent()), failed);
    await assert.rejects(open(() => failedEntry(name)).announce(someEvent()), failed);
  });
}

test('a failed entry is never taken for success, whatever is told of it', async () => {
  const announcer = open(() => ({ output: { FailedEntryCount: 1, Entries: [] } }));
  await assert.rejects(announcer.announce(someEvent()), { failure: 'transient' });
});

test('a lost connection is transient', async () => {
  await assert.rejects(open(() => ({ lost: true })).announce(someEvent()), { failure: 'transient' });
});
