// `assay fail-over`: a registry in two regions runs in the other one from now on. It needs neither the state of Terraform
// nor anything else of the region that is left.
import { setTimeout as pause } from 'node:timers/promises';
import { EcsServices } from './adapters/ecs/ecs-services.ts';
import { type Print, UsageError } from './command.ts';
import type { Config } from './config/index.ts';
import { failOver } from './core/recovery/index.ts';
import { awsOf } from './wiring/aws.ts';

export interface FailOverGiven {
  readonly cluster: string;
  /** Null: it is lost. */
  readonly from: string | null;
  readonly to: string;
  readonly least: number;
  readonly most: number;
  readonly waitMs: number;
}

export async function failOverTo(config: Config, given: FailOverGiven, print: Print): Promise<void> {
  const { cluster, from, to, least, most, waitMs } = given;
  if (from === to) throw new UsageError('assay fail-over needs two regions.');
  if (least > most) throw new UsageError('assay fail-over: --most must not be less than --least.');
  const settings = await awsOf(config)();
  const services = (region: string) => new EcsServices(settings, { region, cluster });
  const [left, taking] = [from === null ? null : services(from), services(to)];
  try {
    await failOver(
      { from: left, to: taking, pause, now: () => performance.now(), tell: print },
      { tasks: { least, most }, waitMs },
    );
    print(
      'The name leads there within some three minutes, when the health check of the other region has failed.',
    );
    print(
      'Tell Terraform before it is applied again: serving=second, or serving=first when you have come back.',
    );
  } finally {
    left?.close();
    taking.close();
  }
}
