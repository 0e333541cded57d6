import {
  DescribeEventBusCommand,
  EventBridgeClient,
  type EventBridgeClientConfig,
} from '@aws-sdk/client-eventbridge';
import { EventBridgeAnnouncer, type EventBridgeSettings } from './eventbridge-announcer.ts';

/** `probe` rejects when the bus cannot be asked; it needs the permission events:DescribeEventBus. */
export function openEventBridge(
  aws: EventBridgeClientConfig,
  settings: EventBridgeSettings,
): { readonly announcer: EventBridgeAnnouncer; probe(): Promise<void> } {
  const client = new EventBridgeClient(aws);
  return {
    announcer: new EventBridgeAnnouncer(client, settings),
    async probe() {
      await client.send(new DescribeEventBusCommand({ Name: settings.bus }));
    },
  };
}
