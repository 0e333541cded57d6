// `npm run infra:check`: everything that can be known of infra/ without an account. Format; whether it is valid; the
// tests of all modules and stacks against mocked providers; rules about everything that a stack makes, read from what
// those tests have applied; rules about the sources; and whether the pictures of stacks are those of today.
//
//   npm run infra:check [-- <folder> …] [--write] [--nothing-skipped]
//
// --write            draws pictures and tables of READMEs anew, instead of comparing them
// --nothing-skipped  fails when Terraform is not there
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs, styleText } from 'node:util';
import { drawDiagram, edgesOf } from './diagram.ts';
import { findingsIn } from './policy.ts';
import { interfaceOf, type Part, withPart } from './readme.ts';
import { findingsInSource } from './source-rules.ts';
import { type Module, resourcesOf } from './state.ts';
import {
  filesOf,
  findTerraform,
  init,
  run,
  type Terraform,
  WorkingCopy,
  whyNoProvider,
} from './terraform.ts';

const infra = fileURLToPath(new URL('../../infra/', import.meta.url));

const { values: given, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    write: { type: 'boolean', default: false },
    'nothing-skipped': { type: 'boolean', default: false },
  },
});

const problems: string[] = [];

function note(where: string, found: readonly string[]): void {
  problems.push(...found.map((problem) => `${where}: ${problem}`));
  const mark = found.length === 0 ? styleText('green', '✔') : styleText('red', '✖');
  console.log(`${mark} ${where}`);
  for (const problem of found) console.log(styleText('red', `    ${problem.replaceAll('\n', '\n    ')}`));
}

process.exitCode = await main();

async function main(): Promise<number> {
  const terraform = await findTerraform();
  await checkSources();
  if (typeof terraform === 'string') return skipped(terraform);
  await using copy = await WorkingCopy.make();
  const missing = await whyNoProvider(terraform, copy);
  if (missing !== null) return skipped(missing);
  note('format', await unformatted(terraform, copy));
  await copy.allowDestroying();
  const folders = [...(await copy.modules()), ...(await copy.stacks())];
  for (const folder of folders) {
    if (
      positionals.length > 0 &&
      !positionals.some((asked) => folder === asked.replace(/^infra\/|\/$/g, ''))
    ) {
      continue;
    }
    await checkFolder(terraform, copy, folder);
  }
  console.log(problems.length === 0 ? '\nAll of it holds.' : `\n${problems.length} problems.`);
  return problems.length === 0 ? 0 : 1;
}

/** What could be looked at without Terraform has been. */
function skipped(missing: string): number {
  console.log(styleText('yellow', `\nSkipped: ${missing}`));
  return given['nothing-skipped'] || problems.length > 0 ? 1 : 0;
}

async function checkSources(): Promise<void> {
  const found: string[] = [];
  const paths = await filesOf(infra, '.tf');
  for (const path of paths) {
    const findings = findingsInSource(path, await readFile(join(infra, path), 'utf8'));
    found.push(...findings.map(({ line, problem }) => `${path}:${line} ${problem}`));
  }
  if (paths.length === 0) found.push('there is nothing to look at');
  note('sources', found);
}

async function unformatted(terraform: Terraform, copy: WorkingCopy): Promise<string[]> {
  const { output } = await run(terraform, ['fmt', '-check', '-recursive', '-no-color'], {
    folder: copy.folder,
  });
  return output
    .split('\n')
    .filter((line) => line !== '' && !line.endsWith('working_copy_override.tf'))
    .map((path) => `${path} is not formatted: terraform fmt -recursive infra`);
}

async function checkFolder(terraform: Terraform, copy: WorkingCopy, name: string): Promise<void> {
  const folder = join(copy.folder, name);
  const isStack = name.startsWith('stacks/');
  await checkInterface(name);
  await init(terraform, { folder });
  // Modules that are given providers cannot be validated by themselves; stacks validate them, and so do tests.
  if (isStack) {
    const { code, output } = await run(terraform, ['validate', '-no-color'], { folder });
    note(`${name}: valid`, code === 0 ? [] : [output]);
  }
  const { failures, passed, applied } = await test(terraform, folder, isStack);
  note(`${name}: ${passed} tests`, passed === 0 ? [...failures, 'no test passed'] : failures);
  if (!isStack) return;
  const found = new Set(
    [...applied.values()]
      .flatMap((module) => findingsIn(resourcesOf(module)))
      .map(({ address, problem }) => `${address} ${problem}`),
  );
  note(`${name}: rules, on ${applied.size} plans`, applied.size === 0 ? ['nothing was applied'] : [...found]);
  const whole = applied.get('whole');
  if (whole !== undefined) await checkPicture(terraform, folder, name, whole);
}

interface Tested {
  readonly failures: string[];
  readonly passed: number;
  /** What was applied, by the name of the run; of stacks only. */
  readonly applied: ReadonlyMap<string, Module>;
}

interface TestEvent {
  readonly type: string;
  readonly '@testrun'?: string;
  readonly diagnostic?: { readonly severity: string; readonly summary: string; readonly detail: string };
  readonly test_state?: { readonly root_module: Module };
  readonly test_summary?: { readonly passed: number };
}

async function test(terraform: Terraform, folder: string, withStates: boolean): Promise<Tested> {
  const failures: string[] = [];
  const applied = new Map<string, Module>();
  let passed = 0;
  const onLine = (line: string) => {
    if (!line.startsWith('{')) return;
    const event = JSON.parse(line) as TestEvent;
    const testRun = event['@testrun'] ?? '';
    if (event.diagnostic?.severity === 'error') {
      failures.push(`${testRun}: ${event.diagnostic.summary}. ${event.diagnostic.detail}`);
    }
    if (event.test_state !== undefined) applied.set(testRun, event.test_state.root_module);
    if (event.test_summary !== undefined) passed = event.test_summary.passed;
  };
  const args = ['test', '-json', ...(withStates ? ['-verbose'] : [])];
  const { code, output } = await run(terraform, args, { folder, onLine });
  if (code !== 0 && failures.length === 0) failures.push(output);
  return { failures, passed, applied };
}

async function checkPicture(
  terraform: Terraform,
  folder: string,
  name: string,
  module: Module,
): Promise<void> {
  const { output } = await run(terraform, ['graph'], { folder });
  const picture = drawDiagram(resourcesOf(module), edgesOf(output));
  note(`${name}: picture`, await drawnInto(name, 'picture', `\`\`\`mermaid\n${picture}\`\`\``));
}

async function checkInterface(name: string): Promise<void> {
  const [variables, outputs] = await Promise.all(
    // A module may have no outputs.
    ['variables.tf', 'outputs.tf'].map((file) => readFile(join(infra, name, file), 'utf8').catch(() => '')),
  );
  const found = await drawnInto(name, 'interface', interfaceOf(variables ?? '', outputs ?? ''));
  note(`${name}: inputs and outputs`, found);
}

/** What is wrong with a part of a README; it is mended where that was asked for. */
async function drawnInto(name: string, part: Part, content: string): Promise<string[]> {
  const path = join(infra, name, 'README.md');
  const readme = await readFile(path, 'utf8').catch(() => '');
  const wanted = withPart(readme, part, content);
  if (wanted === null)
    return [`README.md has no place for it: <!-- drawn: ${part} --> and <!-- end: ${part} -->`];
  if (wanted === readme) return [];
  if (!given.write) return ['README.md is not that of today: npm run infra:check -- --write'];
  await writeFile(path, wanted);
  return [];
}
