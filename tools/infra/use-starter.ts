// The host of the stack starter: it starts as it is told to, up to the containers; the registry runs with what they are
// given, on a PostgreSQL in the place of RDS.
import { notDenied } from './denied.ts';
import { FirstStart } from './host/first-start.ts';
import { Postgres } from './host/postgres.ts';
import { type Acceptance, accept, ScratchFolder } from './registry.ts';
import type { Environment, Rehearsal } from './rehearsal.ts';

/** On one server each, and nothing about the machine it is on. */
const acceptance: readonly Acceptance[] = [
  { file: 'items' },
  { file: 'packages' },
  // It looks for the token in the data folder.
  { file: 'tokens', without: 'stored nowhere as it is' },
  // It needs a registry of its own.
  { file: 'audit', without: 'survive a kill' },
];

interface Outputs {
  readonly environments: Readonly<Record<'host', Environment>>;
  readonly role_arns: Readonly<Record<'host', string>>;
}

export async function useStarter(rehearsal: Rehearsal): Promise<string[]> {
  const { emulator } = rehearsal;
  const { environments, role_arns } = await rehearsal.outputs<Outputs>();
  const [script = ''] = Object.values(await emulator.hosts());
  await using machine = await ScratchFolder.make();
  await using certificates = await ScratchFolder.make();
  const postgres = await Postgres.start(emulator, certificates.path);
  const role = await emulator.assume(role_arns.host);
  await using _enforced = await emulator.enforcePermissions();

  const host = await FirstStart.run(script, machine.path, { ...role, AWS_ENDPOINT_URL: emulator.url });
  await host.startUnits();
  const registry = await host.container('assay');
  const problems = [...(await host.findings()), ...differences(environments.host, registry.environment)];
  // What acceptance tests start.
  if (registry.command.join(' ') !== 'serve') problems.push(`the host starts ${registry.command.join(' ')}`);
  for (const tests of acceptance) {
    await emulator.empty();
    await postgres.empty();
    await using data = await ScratchFolder.make();
    const environment = postgres.here(rehearsal.here(registry.environment, role, data.path));
    problems.push(...(await accept(tests, environment)));
  }
  return [...problems, ...(await notDenied(emulator, role, environments.host, 'host'))];
}

/** What the container is given otherwise than the stack says; where the password lies is up to the host. */
function differences(said: Environment, given: Environment): string[] {
  const names = new Set([...Object.keys(said), ...Object.keys(given)]);
  names.delete('ASSAY_POSTGRES_PASSWORD_FILE');
  return [...names]
    .filter((name) => said[name] !== given[name])
    .map((name) => `${name} is ${given[name]} on the host, and should be ${said[name]}`);
}
