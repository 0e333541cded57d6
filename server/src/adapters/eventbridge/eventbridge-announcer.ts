import { type EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { StorageError } from '../../core/errors.ts';
import { announcement, type EventAnnouncer, type RegistryEvent } from '../../core/events/index.ts';
import { serviceFailure } from '../../core/service-failure.ts';

/** Of EventBridge, for all that belongs to an entry. */
const largestEntryBytes = 256 * 1024;
/** What the names and the time of an entry may take at most. */
const otherBytes = 4 * 1024;

const permanent: ReadonlySet<string> = new Set([
  'AccessDeniedException',
  'InvalidArgument',
  'MalformedDetail',
  'NotAuthorizedForDetailTypeException',
  'NotAuthorizedForSourceException',
  'ResourceNotFoundException',
  'ValidationException',
]);

export interface EventBridgeSettings {
  /** Name or ARN. */
  readonly bus: string;
  readonly source: string;
}

/** Puts events on a bus: `detail-type` is the kind, `detail` the event, whose `id` tells repetitions apart. */
export class EventBridgeAnnouncer implements EventAnnouncer {
  readonly #client: EventBridgeClient;
  readonly #settings: EventBridgeSettings;

  constructor(client: EventBridgeClient, settings: EventBridgeSettings) {
    this.#client = client;
    this.#settings = settings;
  }

  async announce(event: RegistryEvent): Promise<void> {
    const what = `the event ${event.id} on the bus ${this.#settings.bus}`;
    const Detail = announcement(event);
    if (Buffer.byteLength(Detail) > largestEntryBytes - otherBytes) {
      throw new StorageError('permanent', `${what}: it is larger than an entry may be`);
    }
    const entry = { Source: this.#settings.source, DetailType: event.kind, Detail, Time: event.at };
    const command = new PutEventsCommand({ Entries: [{ ...entry, EventBusName: this.#settings.bus }] });
    const answer = await this.#client.send(command).catch((error) => {
      throw serviceFailure(error, what, permanent);
    });
    // The request succeeds although its entry fails.
    const failed = answer.Entries?.find(({ ErrorCode }) => ErrorCode !== undefined);
    if (failed === undefined && !answer.FailedEntryCount) return;
    const cause = Object.assign(new Error(failed?.ErrorMessage), { name: failed?.ErrorCode ?? 'unknown' });
    throw serviceFailure(cause, what, permanent);
  }
}
