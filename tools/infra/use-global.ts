// The services of the stack global: in its first region as those of fargate, then moved to the second and back
// (fail-over.ts). What must be denied is denied in both regions; and in each, everything that the other one has.
import { notDenied } from './denied.ts';
import { failBack, failOver } from './fail-over.ts';
import type { Region } from './regions.ts';
import type { Rehearsal } from './rehearsal.ts';
import { credentialsOf, notDeniedTo, useServices } from './use-fargate.ts';

type Place = 'first' | 'second';

interface Outputs {
  readonly clusters: Readonly<Record<Place, Region['cluster']>>;
  readonly environments: Readonly<Record<Place, Region['environments']>>;
  readonly role_arns: Readonly<Record<Place, Readonly<Record<'api' | 'worker' | 'validators', string>>>>;
  readonly fail_over_role_arn: string;
}

export async function useGlobal(rehearsal: Rehearsal): Promise<string[]> {
  const outputs = await rehearsal.outputs<Outputs>();
  const [first, second] = [
    await regionOf(rehearsal, outputs, 'first'),
    await regionOf(rehearsal, outputs, 'second'),
  ];
  const problems = [
    ...(await useServices(rehearsal, first)),
    ...(await notDeniedElsewhere(rehearsal, first, second)),
  ];
  if (problems.length > 0) return problems;
  const mover = await rehearsal.emulator.assume(outputs.fail_over_role_arn);
  const regions = { first, second, mover };
  const moved = await failOver(rehearsal, regions);
  problems.push(...(await tellTerraform(rehearsal, 'second')));
  await failBack(rehearsal, regions, moved);
  return [...problems, ...(await tellTerraform(rehearsal, 'first'))];
}

async function regionOf({ emulator }: Rehearsal, outputs: Outputs, place: Place): Promise<Region> {
  const environments = outputs.environments[place];
  return {
    name: environments.api.ASSAY_AWS_REGION ?? '',
    cluster: outputs.clusters[place],
    environments,
    credentials: await credentialsOf(emulator, outputs.role_arns[place]),
  };
}

/** In words, what could be done and must not be: in the second region, and from there with what the first has; and back. */
async function notDeniedElsewhere({ emulator }: Rehearsal, first: Region, second: Region): Promise<string[]> {
  await using _enforced = await emulator.enforcePermissions();
  // Of the other region's content, no role may do more than that of the validators.
  const stranger = ({ credentials }: Region, { environments }: Region) =>
    notDenied(emulator, credentials.worker, environments.worker, 'validators');
  const done = [
    ...(await notDeniedTo(second, emulator)),
    ...(await stranger(first, second)),
    ...(await stranger(second, first)),
  ];
  if (done.length === 0)
    console.log('  what must be denied is denied in both regions, and from one to the other');
  return done;
}

/** After the registry has been moved, nothing is left for Terraform to start or to stop; only what alarms expect changes. */
async function tellTerraform(rehearsal: Rehearsal, serving: Place): Promise<string[]> {
  const begunMs = performance.now();
  const variable = `-var=serving=${serving}`;
  const changes = await rehearsal.planAgain(variable);
  const others = changes.filter((change) => !change.includes('aws_cloudwatch_metric_alarm'));
  const problems = [...others, ...(await rehearsal.apply(variable, '-refresh=false'))];
  const seconds = Math.round((performance.now() - begunMs) / 1000);
  console.log(
    `  terraform apply ${variable}: ${changes.length - others.length} alarms change (${seconds} s)`,
  );
  return problems;
}
