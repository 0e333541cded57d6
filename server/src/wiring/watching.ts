import type { Config } from '../config/index.ts';
import type { Clock } from '../core/clock.ts';
import { type ContentStore, incomingKey } from '../core/content/index.ts';
import type { RecordsEngine } from '../core/engine.ts';
import type { PolicyKeeper } from '../core/gate/index.ts';
import {
  auditTreeComponent,
  HealthMonitor,
  jobsComponent,
  policiesComponent,
  probedComponent,
  quarantineComponent,
  Traffic,
  validatorsComponent,
  workerComponent,
} from '../core/health/index.ts';
import type { ValidatorRunner } from '../core/validators/index.ts';
import { version } from '../version.ts';
import type { Guards } from './guards.ts';

const queue = {
  id: 'queue',
  title: 'Queue of messages',
  description: 'Tells workers of jobs; without it they ask the database.',
  logs: [],
};

/**
 * What it takes to see how the registry is: its components, looked at every minute, and its traffic. Over 60 lines: the
 * list of components.
 */
export function watchingPorts(
  config: Config,
  engine: RecordsEngine,
  {
    clock,
    content,
    guards,
    probeQueue,
    validatorRunner,
    policyKeeper,
  }: {
    clock: Clock;
    content: ContentStore;
    guards: Guards;
    probeQueue: (() => Promise<void>) | null;
    validatorRunner: ValidatorRunner;
    policyKeeper: PolicyKeeper;
  },
) {
  let worker: { readonly lastSeenAt: Date | null } = { lastSeenAt: null };
  const traffic = new Traffic();
  const deadJobs = [{ label: 'Jobs that have given up', url: '/api/jobs/dead' }];
  const stores = guards.watched({
    records: probedComponent(
      { id: 'database', title: 'Database', description: 'Keeps every record.', logs: [] },
      () => engine.events.find('health-probe'),
    ),
    content: probedComponent(
      { id: 'content', title: 'Content store', description: 'Keeps the bytes of packages.', logs: [] },
      () => content.stat(incomingKey('health-probe')),
    ),
  });
  const health = new HealthMonitor({ clock }, [
    traffic,
    stores.records,
    stores.content,
    ...guards.others(),
    ...(probeQueue === null ? [] : [probedComponent(queue, probeQueue)]),
    jobsComponent(
      { id: 'jobs', title: 'Job queue', description: 'Keeps what is still to be done.', logs: deadJobs },
      engine.jobs,
    ),
    workerComponent(() => worker.lastSeenAt),
    quarantineComponent(engine.versions, config.review.overdueHours),
    auditTreeComponent(engine.auditTree, config.audit),
    policiesComponent(policyKeeper),
    validatorsComponent(validatorRunner),
    jobsComponent(
      {
        id: 'webhooks',
        title: 'Events and webhooks',
        description: 'Tells users and their programs what happened.',
        logs: [...deadJobs, { label: 'Webhooks', url: '/api/webhooks?all=true' }],
      },
      engine.jobs,
      ['tell-event', 'deliver-webhook', 'announce-event'],
    ),
  ]);
  const everyMinute = setInterval(() => void health.components(1), 60_000).unref();
  return {
    ports: { health, traffic, metricsFor: config.observability.metricsFor, version, startedAt: clock.now() },
    seeWorker: (seen: { readonly lastSeenAt: Date | null }) => {
      worker = seen;
    },
    stop: () => clearInterval(everyMinute),
  };
}
