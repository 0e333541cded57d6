import { GetTopicAttributesCommand, SNSClient, type SNSClientConfig } from '@aws-sdk/client-sns';
import { SnsAnnouncer } from './sns-announcer.ts';

/** `probe` rejects when the topic cannot be asked; it needs the permission sns:GetTopicAttributes. */
export function openSns(
  aws: SNSClientConfig,
  { topicArn }: { readonly topicArn: string },
): { readonly announcer: SnsAnnouncer; probe(): Promise<void> } {
  const client = new SNSClient(aws);
  return {
    announcer: new SnsAnnouncer(client, topicArn),
    async probe() {
      await client.send(new GetTopicAttributesCommand({ TopicArn: topicArn }));
    },
  };
}
