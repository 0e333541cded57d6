import {
  ApplicationAutoScalingClient,
  type ApplicationAutoScalingClientConfig,
  RegisterScalableTargetCommand,
} from '@aws-sdk/client-application-auto-scaling';
import {
  DescribeServicesCommand,
  ECSClient,
  type ECSClientConfig,
  ListServicesCommand,
  UpdateServiceCommand,
} from '@aws-sdk/client-ecs';
import { StorageError } from '../../core/errors.ts';
import type { RegionServices, RunningService, TaskRange } from '../../core/recovery/index.ts';

/** What a person has to mend. */
const permanent = /^(AccessDenied|ClusterNotFound|ServiceNotFound|InvalidParameter|Validation)/;

/** The services of one cluster, whose tasks are counted by Application Auto Scaling. */
export class EcsServices implements RegionServices {
  readonly region: string;
  readonly #cluster: string;
  readonly #ecs: ECSClient;
  readonly #scaling: ApplicationAutoScalingClient;

  constructor(
    settings: ECSClientConfig & ApplicationAutoScalingClientConfig,
    given: { readonly region: string; readonly cluster: string },
  ) {
    this.region = given.region;
    this.#cluster = given.cluster;
    this.#ecs = new ECSClient({ ...settings, region: given.region });
    this.#scaling = new ApplicationAutoScalingClient({ ...settings, region: given.region });
  }

  list(): Promise<readonly RunningService[]> {
    return this.#telling(() => this.#list());
  }

  async #list(): Promise<readonly RunningService[]> {
    const cluster = this.#cluster;
    const { serviceArns = [] } = await this.#ecs.send(new ListServicesCommand({ cluster, maxResults: 10 }));
    if (serviceArns.length === 0) return [];
    const { services = [] } = await this.#ecs.send(
      new DescribeServicesCommand({ cluster, services: serviceArns }),
    );
    return services
      .filter(({ status }) => status === 'ACTIVE')
      .map(({ serviceName = '', runningCount = 0, deployments = [] }) => {
        const newest = deployments.find(({ status }) => status === 'PRIMARY');
        // With one deployment, every task is of it.
        const ready = deployments.length > 1 ? (newest?.runningCount ?? 0) : runningCount;
        return { name: serviceName, running: runningCount, ready };
      });
  }

  scale(service: string, tasks: TaskRange): Promise<void> {
    return this.#telling(() => this.#scale(service, tasks));
  }

  /** The range first: a number outside of it would be taken back by the scaling. */
  async #scale(service: string, { least, most }: TaskRange): Promise<void> {
    await this.#scaling.send(
      new RegisterScalableTargetCommand({
        ServiceNamespace: 'ecs',
        ResourceId: `service/${this.#cluster}/${service}`,
        ScalableDimension: 'ecs:service:DesiredCount',
        MinCapacity: least,
        MaxCapacity: most,
      }),
    );
    // As many as the load has asked for stay, where the command is given again to a region that serves.
    const found = await this.#ecs.send(
      new DescribeServicesCommand({ cluster: this.#cluster, services: [service] }),
    );
    const wanted = found.services?.[0]?.desiredCount ?? 0;
    const desiredCount = Math.min(Math.max(wanted, least), most);
    if (desiredCount === wanted) return;
    await this.#ecs.send(new UpdateServiceCommand({ cluster: this.#cluster, service, desiredCount }));
  }

  async #telling<T>(call: () => Promise<T>): Promise<T> {
    try {
      return await call();
    } catch (error) {
      const { name, message } = error instanceof Error ? error : { name: 'Error', message: String(error) };
      const failure = permanent.test(name) ? 'permanent' : 'transient';
      throw new StorageError(failure, `${this.region}: ${name}: ${message}`, error);
    }
  }

  close(): void {
    this.#ecs.destroy();
    this.#scaling.destroy();
  }
}
