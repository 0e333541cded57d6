import { PublishCommand, type SNSClient } from '@aws-sdk/client-sns';
import { StorageError } from '../../core/errors.ts';
import { announcement, type EventAnnouncer, type RegistryEvent } from '../../core/events/index.ts';
import { serviceFailure } from '../../core/service-failure.ts';

/** Of SNS, for the message and its attributes. */
const largestMessageBytes = 256 * 1024;
const otherBytes = 4 * 1024;

const permanent: ReadonlySet<string> = new Set([
  'AuthorizationError',
  'AuthorizationErrorException',
  'EndpointDisabled',
  'InvalidParameter',
  'InvalidParameterException',
  'InvalidParameterValue',
  'InvalidParameterValueException',
  'NotFound',
  'NotFoundException',
  'PlatformApplicationDisabled',
  'ValidationException',
]);

/**
 * Publishes events to a topic, with the kind as the attribute `kind` to filter by. A FIFO topic removes repetitions of
 * an event within five minutes, and keeps the order of those of one user as they are announced; later ones, and those of
 * a standard topic, are told apart by the event's `id`.
 */
export class SnsAnnouncer implements EventAnnouncer {
  readonly #client: SNSClient;
  readonly #topicArn: string;

  constructor(client: SNSClient, topicArn: string) {
    this.#client = client;
    this.#topicArn = topicArn;
  }

  async announce(event: RegistryEvent): Promise<void> {
    const what = `the event ${event.id} to ${this.#topicArn}`;
    const Message = announcement(event);
    if (Buffer.byteLength(Message) > largestMessageBytes - otherBytes) {
      throw new StorageError('permanent', `${what}: it is larger than a message may be`);
    }
    const isFifo = this.#topicArn.endsWith('.fifo');
    const command = new PublishCommand({
      TopicArn: this.#topicArn,
      Message,
      MessageAttributes: { kind: { DataType: 'String', StringValue: event.kind } },
      ...(isFifo && { MessageDeduplicationId: event.id, MessageGroupId: event.userId }),
    });
    try {
      await this.#client.send(command);
    } catch (error) {
      throw serviceFailure(error, what, permanent);
    }
  }
}
