import { PrometheusTelemetry } from '../adapters/prometheus/prometheus-telemetry.ts';
import { HttpWebhookSender } from '../adapters/webhook-delivery/http-webhook-sender.ts';
import type { Config } from '../config/index.ts';
import type { Clock } from '../core/clock.ts';
import type { RecordsEngine } from '../core/engine.ts';
import { EventFeed } from '../core/events/index.ts';
import { version } from '../version.ts';
import { type FeatureSwitches, switchedSender } from './features.ts';
import type { Guards } from './guards.ts';

/** What it takes to tell others about events, and the monitoring system about everything. */
export function tellingPorts(
  config: Config,
  features: FeatureSwitches,
  engine: RecordsEngine,
  clock: Clock,
  guards: Guards,
) {
  const { events } = config;
  const telemetry = new PrometheusTelemetry({
    version,
    jobs: engine.jobs,
    versions: engine.versions,
    auditTree: engine.auditTree,
    now: () => clock.now(),
    engines: () => guards.statuses(),
  });
  return {
    telemetry,
    eventFeed: new EventFeed(engine, { ...events, opened: (streams) => telemetry.eventStreams(streams) }),
    webhookSender: switchedSender(
      features,
      new HttpWebhookSender({
        timeoutMs: events.webhookTimeoutMs,
        allowPrivate: events.webhookAllowPrivate,
      }),
    ),
    webhookSwitchOffAfter: events.webhookSwitchOffAfter,
  };
}
