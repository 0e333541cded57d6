import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { before, describe, test } from 'node:test';
import {
  CreateEventBusCommand,
  EventBridgeClient,
  PutRuleCommand,
  PutTargetsCommand,
} from '@aws-sdk/client-eventbridge';
import { CreateTopicCommand, SNSClient, SubscribeCommand } from '@aws-sdk/client-sns';
import { openEventBridge } from '../../src/adapters/eventbridge/open-eventbridge.ts';
import { openSns } from '../../src/adapters/sns/open-sns.ts';
import type { EventAnnouncer } from '../../src/core/events/index.ts';
import { awsSettings, skip } from '../support/moto-server.ts';
import { someEvent } from '../support/samples.ts';
import { messagesIn, newQueueUrl } from '../support/sqs-jobs.ts';

interface Heard {
  readonly kind: unknown;
  readonly event: unknown;
}

/** `heard`: what listeners have heard since they were asked last. */
function contract(
  opened: () => { announcer: EventAnnouncer; probe(): Promise<void>; heard(): Promise<Heard[]> },
): void {
  test('an announced event is heard whole, under its kind', async () => {
    const { announcer, heard } = opened();
    const event = someEvent({
      kind: 'version.published',
      data: { package: 'Modell ü', sizeBytes: 7, x: null },
    });
    await announcer.announce(event);
    assert.deepEqual(await heard(), [
      { kind: 'version.published', event: { ...event, at: event.at.toISOString() } },
    ]);
  });

  test('an event that is announced again is heard under the same id', async () => {
    const { announcer, heard } = opened();
    const [event, other] = [someEvent(), someEvent()];
    for (const announced of [event, other, event]) await announcer.announce(announced);
    const ids = (await heard()).map((one) => (one.event as { id: string }).id);
    assert.deepEqual([...new Set(ids)].sort(), [event.id, other.id].sort());
  });

  test('an event that is too large is refused for good, without asking', async () => {
    const { announcer, heard } = opened();
    const event = someEvent({ data: { note: 'ü'.repeat(128 * 1024) } });
    await assert.rejects(announcer.announce(event), { name: 'StorageError', failure: 'permanent' });
    assert.deepEqual(await heard(), []);
  });

  test('the probe finds what is there', () => opened().probe());
}

const queueArn = (url: string) => `arn:aws:sqs:${awsSettings.region}:123456789012:${url.split('/').at(-1)}`;

describe('EventAnnouncer on EventBridge', { skip }, () => {
  const client = new EventBridgeClient(awsSettings);
  const bus = `assay-${randomUUID()}`;
  let url: string;
  before(async () => {
    url = await newQueueUrl();
    await client.send(new CreateEventBusCommand({ Name: bus }));
    const rule = { Name: bus, EventBusName: bus };
    await client.send(new PutRuleCommand({ ...rule, EventPattern: '{"source":["assay.test"]}' }));
    await client.send(
      new PutTargetsCommand({ Rule: bus, EventBusName: bus, Targets: [{ Id: 'queue', Arn: queueArn(url) }] }),
    );
  });
  contract(() => ({
    ...openEventBridge(awsSettings, { bus, source: 'assay.test' }),
    heard: async () =>
      (await messagesIn(url)).map((message) => {
        const { detail, ...envelope } = message as { detail: unknown; 'detail-type': unknown };
        return { kind: envelope['detail-type'], event: detail };
      }),
  }));

  // Putting events on a bus that is not there is not refused, so that only the probe can tell.
  test('the probe tells that the bus is not there', async () => {
    await assert.rejects(openEventBridge(awsSettings, { bus: randomUUID(), source: 'x' }).probe());
  });
});

describe('EventAnnouncer on SNS', { skip }, () => {
  const client = new SNSClient(awsSettings);

  async function topic(Name: string, Attributes: Record<string, string> = {}) {
    const url = await newQueueUrl();
    const { TopicArn = '' } = await client.send(new CreateTopicCommand({ Name, Attributes }));
    const to = { TopicArn, Protocol: 'sqs', Endpoint: queueArn(url) };
    await client.send(new SubscribeCommand(to));
    const heard = async () =>
      (await messagesIn(url)).map((message) => {
        const { Message, MessageAttributes } = message as {
          Message: string;
          MessageAttributes: { kind: { Value: string } };
        };
        return { kind: MessageAttributes.kind.Value, event: JSON.parse(Message) };
      });
    return { ...openSns(awsSettings, { topicArn: TopicArn }), heard };
  }

  let standard: Awaited<ReturnType<typeof topic>>;
  before(async () => {
    standard = await topic(`assay-${randomUUID()}`);
  });
  contract(() => standard);

  test('a topic that is not there is a permanent failure', async () => {
    const { announcer, probe } = openSns(awsSettings, {
      topicArn: `arn:aws:sns:${awsSettings.region}:123456789012:${randomUUID()}`,
    });
    await assert.rejects(announcer.announce(someEvent()), { failure: 'permanent' });
    await assert.rejects(probe());
  });
});
