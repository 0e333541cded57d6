import type { Config } from '../config/index.ts';
import type { EventAnnouncer } from '../core/events/index.ts';
import type { Aws } from './aws.ts';

/** Each engine's code is loaded when it is chosen. */
const openers: Record<
  Config['engines']['announce'],
  (config: Config, aws: Aws) => Promise<EventAnnouncer | null>
> = {
  none: async () => null,

  async eventbridge({ announce }, aws) {
    const { openEventBridge } = await import('../adapters/eventbridge/open-eventbridge.ts');
    return openEventBridge(await aws(), announce).announcer;
  },

  async sns({ announce }, aws) {
    const { openSns } = await import('../adapters/sns/open-sns.ts');
    return openSns(await aws(), announce).announcer;
  },
};

export function openAnnouncer(config: Config, aws: Aws): Promise<EventAnnouncer | null> {
  return openers[config.engines.announce](config, aws);
}
