import { SQSClient, type SQSClientConfig } from '@aws-sdk/client-sqs';
import type { ArrivalNotices } from '../../core/uploads/index.ts';
import { type ArrivalSettings, SqsArrivals } from './sqs-arrivals.ts';
import { SqsQueue } from './sqs-queue.ts';

/** `report` is told of messages that nobody can read. */
export function openSqsArrivals(
  aws: SQSClientConfig,
  settings: ArrivalSettings & { readonly arrivalsUrl: string },
  report: (problem: string) => void,
): { readonly notices: ArrivalNotices; probe(): Promise<void>; close(): Promise<void> } {
  const client = new SQSClient(aws);
  const queue = new SqsQueue(client, settings.arrivalsUrl);
  return {
    notices: new SqsArrivals(queue, settings, report),
    probe: () => queue.probe(),
    close: async () => client.destroy(),
  };
}
