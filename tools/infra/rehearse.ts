// `npm run infra:rehearse -- <stack> [<variable>=<value> …]`: a stack is applied to an emulator of AWS, used, and
// destroyed. `-- fargate records=postgres` rehearses that choice of the stack.
//
//   apply      everything that the stack makes, with infra/rehearsal/<stack>.tfvars
//   again      a second plan changes nothing but what infra/rehearsal/known-drift.json lists
//   rules      of policy.ts, on what is there now; every resource has its tags; no secret is in the state
//   kept       destroying is refused, because of what holds data
//   registry   runs with the outputs as its configuration and the roles that were made as its identity, permissions
//              enforced, and passes acceptance tests; what must be denied to those roles is denied
//   destroy    nothing is left, neither in Terraform's state nor in the emulator
import { parseArgs, styleText } from 'node:util';
import { Emulator, whyNoEmulator } from './emulator.ts';
import { Rehearsal, type Use } from './rehearsal.ts';
import { findTerraform, WorkingCopy, whyNoProvider } from './terraform.ts';
import { useFargate } from './use-fargate.ts';
import { useGlobal } from './use-global.ts';
import { useStarter } from './use-starter.ts';

/** By stack, how the registry is run on it. */
const uses: Readonly<Record<string, Use>> = {
  fargate: useFargate,
  global: useGlobal,
  starter: useStarter,
};

const zoneName = 'example.org';

const {
  values: given,
  positionals: [stack = 'fargate', ...chosen],
} = parseArgs({
  allowPositionals: true,
  options: { 'nothing-skipped': { type: 'boolean', default: false } },
});

async function main(): Promise<number> {
  const terraform = await findTerraform();
  if (typeof terraform === 'string') return skipped(terraform);
  const noEmulator = await whyNoEmulator();
  if (noEmulator !== null) return skipped(noEmulator);
  await using copy = await WorkingCopy.make();
  const noProvider = await whyNoProvider(terraform, copy);
  if (noProvider !== null) return skipped(noProvider);
  await using emulator = await Emulator.start(zoneName);
  const rehearsal = new Rehearsal(terraform, emulator, copy, stack, chosen);
  const use = uses[stack];
  const steps = [
    ['apply', () => rehearsal.apply()],
    ['again', () => rehearsal.planAgain()],
    ['rules', () => rehearsal.checkRules()],
    ['kept', () => rehearsal.tryToDestroy()],
    ...(use === undefined ? [] : ([['registry', () => use(rehearsal)]] as const)),
    ['destroy', () => rehearsal.destroy()],
  ] as const;
  for (const [name, step] of steps) {
    const begun = performance.now();
    const problems = await step();
    const mark = problems.length === 0 ? styleText('green', '✔') : styleText('red', '✖');
    console.log(`${mark} ${name} (${Math.round((performance.now() - begun) / 1000)} s)`);
    for (const problem of problems)
      console.log(styleText('red', `    ${problem.replaceAll('\n', '\n    ')}`));
    if (problems.length > 0) return 1;
  }
  return 0;
}

function skipped(missing: string): number {
  console.log(styleText('yellow', `Skipped: ${missing}`));
  return given['nothing-skipped'] ? 1 : 0;
}

process.exitCode = await main();
