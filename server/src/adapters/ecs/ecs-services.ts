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
import type { RegionServices, RunningService, TaskRange } from '../../core/recovery/index.ts';

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

  async list(): Promise<readonly RunningService[]> {
    const cluster = this.#cluster;
    const { serviceArns = [] } = await this.#ecs.send(new ListServicesCommand({ cluster, maxResults: 10 }));
    if (serviceArns.length === 0) return [];
    const { services = [] } = await this.#ecs.send(
      new DescribeServicesCommand({ cluster, services: serviceArns }),
    );
    return services
      .filter(({ status }) => status === 'ACTIVE')
      .map(({ serviceName = '', runningCount = 0, deployments = [] }) => {
        const primary = deployments.find(({ status }) => status === 'PRIMARY');
        return { name: serviceName, running: runningCount, ready: primary?.runningCount ?? runningCount };
      });
  }

  /** The range first: a number outside of it would be taken back by the scaling. */
  async scale(service: string, { least, most }: TaskRange): Promise<void> {
    await this.#scaling.send(
      new RegisterScalableTargetCommand({
        ServiceNamespace: 'ecs',
        ResourceId: `service/${this.#cluster}/${service}`,
        ScalableDimension: 'ecs:service:DesiredCount',
        MinCapacity: least,
        MaxCapacity: most,
      }),
    );
    await this.#ecs.send(new UpdateServiceCommand({ cluster: this.#cluster, service, desiredCount: least }));
  }

  close(): void {
    this.#ecs.destroy();
    this.#scaling.destroy();
  }
}
