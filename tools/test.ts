// Runs the test suite: `npm test`, or parts of it: `npm test -- server/test/contract --name "a revoked token"`.
//
// The files of the workspaces run two at a time; then those of acceptance/, which start real servers and measure
// them, one at a time: all of them on the embedded engines, those of the main flow on every other set of engines, too.
// `--engines` runs the files of acceptance/ that are asked for, or all, on one set. At the end: what was skipped, with
// its reason, then the runner's closing lines.
import { globSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { Readable } from 'node:stream';
import { finished } from 'node:stream/promises';
import { run } from 'node:test';
import { spec } from 'node:test/reporters';
import { fileURLToPath } from 'node:url';
import { parseArgs, styleText } from 'node:util';
import { startTestServers } from './test-servers.ts';

const usage = `Usage: npm test -- [<file or folder> …] [--name <pattern>] [--engines <set>] [--nothing-skipped]

  --engines          the files of acceptance/ on this set of engines: embedded, postgres-s3, dynamodb-s3-sqs
  --name             only tests whose name matches the regular expression
  --nothing-skipped  a skipped test fails the run; for machines that should have everything`;

const limitMs = 45 * 60_000;
const root = fileURLToPath(new URL('../', import.meta.url));
const counted = ['tests', 'suites', 'passed', 'failed', 'cancelled', 'skipped', 'todo'] as const;
const printedAs: Partial<Record<(typeof counted)[number], string>> = { passed: 'pass', failed: 'fail' };

const embedded = 'embedded';
/** Sets of engines besides the embedded ones, and what runs on them when nothing was asked for. */
const otherEngines = ['postgres-s3', 'dynamodb-s3-sqs'];
/** The variables that tell where the servers of a set are; without one of them the set is skipped. */
const serversOf: Readonly<Record<string, readonly string[]>> = {
  'postgres-s3': ['TEST_POSTGRES', 'S3_CEPH_ENDPOINT'],
  'dynamodb-s3-sqs': ['TEST_DYNAMODB', 'S3_CEPH_ENDPOINT', 'AWS_MOTO_ENDPOINT'],
};
const mainFlow = ['main-job', 'uploads', 'downloads', 'several-processes', 'faults', 'rolling-upgrade'].map(
  (name) => join('acceptance', 'test', `${name}.test.ts`),
);

interface Outcome {
  readonly counts: Record<(typeof counted)[number], number>;
  readonly skipped: { readonly test: string; readonly reason: string }[];
  /** Those that ran, by the same names: what is skipped on one set of engines and runs on another is not skipped. */
  readonly ran: Set<string>;
  /** Test files in which no test is declared: they would pass whatever happens. */
  readonly empty: string[];
}

const noServers = { environment: {}, missing: [], stop: async () => {} };

process.exitCode = await main(process.argv.slice(2));

async function main(args: string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      name: { type: 'string' },
      engines: { type: 'string' },
      'nothing-skipped': { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    console.log(usage);
    return 0;
  }
  const files = testFiles(positionals);
  const outcome: Outcome = {
    counts: Object.fromEntries(counted.map((name) => [name, 0])) as Outcome['counts'],
    skipped: [],
    ran: new Set(),
    empty: [],
  };
  const begun = performance.now();
  const notRun: string[] = [];
  const isAcceptance = (file: string) => file.startsWith(`acceptance${sep}`);
  const inParts = values.engines === undefined ? files.filter((file) => !isAcceptance(file)) : [];
  const servers = files.some((file) => /^(server|acceptance)\W/.test(file))
    ? await startTestServers()
    : noServers;
  // Of this process, from which those of the tests have theirs.
  Object.assign(process.env, servers.environment);
  for (const reason of servers.missing) console.log(styleText('yellow', `Not started: ${reason}`));
  try {
    await runFiles(inParts, 2, values.name, outcome);
    for (const engines of values.engines === undefined ? [embedded, ...otherEngines] : [values.engines]) {
      const isAsked = (file: string) =>
        isAcceptance(file) &&
        (engines === embedded || values.engines !== undefined || mainFlow.includes(file));
      const asked = files.filter(isAsked);
      if (asked.length === 0) continue;
      const lacking = (serversOf[engines] ?? []).filter((variable) => process.env[variable] === undefined);
      if (lacking.length > 0) {
        notRun.push(`acceptance on ${engines}: ${servers.missing.join('; ')} (${lacking.join(', ')})`);
        continue;
      }
      console.log(styleText('bold', `\nacceptance on ${engines}`));
      process.env.ACCEPTANCE_ENGINES = engines;
      await runFiles(asked, 1, values.name, outcome);
    }
  } finally {
    await servers.stop();
  }
  for (const reason of notRun) console.log(styleText('yellow', `\nSkipped: ${reason}`));
  printEnd(outcome, performance.now() - begun);
  return notRun.length > 0 && values['nothing-skipped'] ? 1 : exitCode(outcome, values['nothing-skipped']);
}

/** Every `*.test.ts` of the repository, narrowed to those that a given path names or contains. */
function testFiles(asked: readonly string[]): string[] {
  const all = globSync('{server,client,cli,web,acceptance,bench,tools}/**/*.test.ts', {
    cwd: root,
    exclude: (path) => path.split(sep).includes('node_modules'),
  }).sort();
  if (asked.length === 0) return all;
  const wanted = asked.map((path) => relative(root, path));
  return all.filter((file) => wanted.some((path) => file === path || file.startsWith(path + sep)));
}

async function runFiles(
  files: readonly string[],
  concurrency: number,
  name: string | undefined,
  outcome: Outcome,
): Promise<void> {
  if (files.length === 0) return;
  const events = run({
    files: files.map((file) => root + file),
    cwd: root,
    concurrency,
    execArgv: ['--disable-warning=ExperimentalWarning'],
    signal: AbortSignal.timeout(limitMs),
    ...(name !== undefined && { testNamePatterns: name }),
  });
  const report = Readable.from(noted(events, outcome)).pipe(new spec());
  report.pipe(process.stdout, { end: false });
  await finished(report);
}

type TestEvent = { type: string; data: unknown };

/** Passes the events on to the reporter, all but the closing lines, which come at the very end for all parts. */
async function* noted(events: AsyncIterable<TestEvent>, outcome: Outcome): AsyncGenerator<TestEvent> {
  for await (const event of events) {
    const data = event.data as {
      name?: string;
      file?: string;
      skip?: string | boolean;
      counts?: Outcome['counts'];
    };
    const ofWholeRun = data.file === undefined;
    if (event.type === 'test:summary' && ofWholeRun && data.counts !== undefined) {
      for (const name of counted) outcome.counts[name] += data.counts[name];
    }
    if (event.type === 'test:pass') {
      const file = relative(root, data.file ?? '');
      const test = `${file}: ${data.name}`;
      if (data.skip === undefined || data.skip === false) {
        outcome.ran.add(test);
      } else {
        const reason = typeof data.skip === 'string' && data.skip !== '' ? data.skip : 'no reason given';
        outcome.skipped.push({ test, reason });
      }
      if (data.name === data.file) outcome.empty.push(file);
    }
    if (event.type === 'test:diagnostic' && ofWholeRun) continue;
    yield event;
  }
}

function nowhereRun({ skipped, ran }: Outcome): string[] {
  const left = skipped.filter(({ test }) => !ran.has(test)).map(({ test, reason }) => `${test} (${reason})`);
  return [...new Set(left)];
}

function printEnd(outcome: Outcome, durationMs: number): void {
  const { counts, empty } = outcome;
  const skipped = nowhereRun(outcome);
  if (empty.length > 0) console.log(styleText('red', `\nFiles without a test:\n  ${empty.join('\n  ')}`));
  if (skipped.length > 0) console.log(styleText('yellow', `\nSkipped:\n  ${skipped.join('\n  ')}`));
  if (counts.tests === 0) console.log(styleText('red', '\nNo test ran.'));
  console.log('');
  for (const name of counted) console.log(styleText('blue', `ℹ ${printedAs[name] ?? name} ${counts[name]}`));
  console.log(styleText('blue', `ℹ duration_ms ${Math.round(durationMs)}`));
}

function exitCode(outcome: Outcome, nothingSkipped: boolean): number {
  const { counts, empty } = outcome;
  const skipped = nowhereRun(outcome);
  const wentWrong = counts.failed + counts.cancelled + empty.length > 0;
  return wentWrong || counts.tests === 0 || (nothingSkipped && skipped.length > 0) ? 1 : 0;
}
