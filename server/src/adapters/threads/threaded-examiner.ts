// How one package is examined: everything that can go on at the same time does, on as many threads as there are.
//
//   hash       ├─ SHA-256 of the whole content ─┤
//   structure  ├─ names, manifests ─┤
//   archive    ├─ survey of the directory ─┤├─ batches of members, the most work first, on every free thread ─┤
import {
  type About,
  type ArchiveLimits,
  budgetCounters,
  type CheckResult,
  type Coverage,
  conclude,
  contentChecks,
  type Examination,
  type Examiner,
  FindingList,
  Ledger,
  type PackageDescription,
  type PackageExamined,
  type PackageFile,
  rulesVersions,
  rulesWith,
} from '../../core/checks/index.ts';
import type { ContentLocation } from '../../core/content/index.ts';
import { StorageError } from '../../core/errors.ts';
import type { CheckTasks, PackedSurvey } from './check-tasks.ts';
import { type Attempt, TaskRunner, type ThreadSettings } from './task-runner.ts';

/** Runs the tasks of one examination. */
type Run = <Name extends keyof CheckTasks>(
  task: { task: Name } & CheckTasks[Name]['asked'],
  workBytes: number,
) => Promise<Attempt<CheckTasks[Name]['answer']>>;

export class ThreadedExaminer implements Examiner {
  readonly #runner: TaskRunner;
  readonly #limits: ArchiveLimits;
  readonly #engines: () => Promise<readonly string[]>;

  /**
   * `thread`: the file that a thread begins with (check-thread.ts); `threadData`: what it needs to open content, plain
   * data that every thread is given when it starts; `engines`: those that look for malware, with the version of what
   * they go by.
   */
  constructor(
    thread: URL,
    settings: ThreadSettings,
    limits: ArchiveLimits,
    threadData: unknown = null,
    engines: () => Promise<readonly string[]> = async () => [],
  ) {
    this.#runner = new TaskRunner(thread, settings, threadData);
    this.#limits = limits;
    this.#engines = engines;
  }

  async examine(content: ContentLocation, about: About, signal: AbortSignal): Promise<Examination> {
    signal.throwIfAborted();
    // One part that rejects ends the others.
    const ending = new AbortController();
    const either = AbortSignal.any([signal, ending.signal]);
    const line = this.#runner.line();
    const run: Run = (task, workBytes) => this.#runner.run(line, content, task, workBytes, either);
    try {
      const [archive, digest, structure] = await Promise.all([
        checkArchive(run, content, this.#limits, this.#runner.threads),
        run({ task: 'hash' }, content.sizeBytes),
        structureResult(run, content, about, this.#limits),
      ]);
      if ('incomplete' in digest)
        throw new StorageError(
          'transient',
          `the content could not be hashed: ${digest.incomplete}`,
          undefined,
          // No store is away: each time counts as an attempt.
          { transience: 'contended' },
        );
      return {
        digest: digest.answer,
        results: [archive.result, structure.result, ...archive.content],
        files: archive.files,
        description: structure.description,
      };
    } catch (error) {
      ending.abort(error);
      throw error;
    }
  }

  async rules(): Promise<Readonly<Record<string, string>>> {
    return { ...rulesVersions, malware: rulesWith(rulesVersions.malware, await this.#engines()) };
  }

  close(): Promise<void> {
    return this.#runner.close();
  }
}

async function checkArchive(
  run: Run,
  content: ContentLocation,
  limits: ArchiveLimits,
  threads: number,
): Promise<{ result: CheckResult; content: readonly CheckResult[]; files: readonly PackageFile[] }> {
  const result = resultOf('archive');
  const ofContent = contentChecks.map((check) => ({ ledger: new Ledger(check), result: resultOf(check) }));
  const findings = new FindingList();
  const survey = await run({ task: 'survey', limits }, 0);
  if ('incomplete' in survey) {
    const coverage = { bytesLookedAt: 0, bytesInAll: content.sizeBytes };
    return {
      result: result(findings, coverage, survey.incomplete),
      content: ofContent.map((one) => one.result(new FindingList(), coverage, survey.incomplete)),
      files: [],
    };
  }
  findings.absorb(survey.answer.findings);
  const examined = await examineBatches(run, survey.answer.batches, limits, threads);
  for (const part of examined.findings) findings.absorb(part);
  const bytesLookedAt = survey.answer.bytesLookedAt + examined.bytesLookedAt;
  const coverage = { bytesLookedAt, bytesInAll: content.sizeBytes };
  const expanded = survey.answer.batches.length > 0;
  const contentResults = ofContent.map((one) => {
    const { ledger } = one;
    for (const part of examined.ledgers) if (part.check === ledger.check) ledger.absorb(part);
    const looked = examined.ledgers.some((part) => part.check === ledger.check);
    const incomplete =
      examined.incomplete ?? (looked ? ledger.incomplete : 'Nothing looked at the files for it.');
    const reason = expanded ? incomplete : notExpanded;
    return one.result(ledger.findings, ledger.coverage(), reason, ledger.rules);
  });
  return {
    result: result(findings, coverage, examined.incomplete),
    content: contentResults,
    files: examined.files,
  };
}

const notExpanded = 'The archive was not expanded.';

/** The most work first, so that no thread is left with a large piece at the end. Stops where one gives no answer. */
async function examineBatches(
  run: Run,
  batches: PackedSurvey['batches'],
  limits: ArchiveLimits,
  threads: number,
) {
  const spent = new SharedArrayBuffer(budgetCounters * 8);
  const answers: PackageExamined[] = [];
  let incomplete: string | null = null;
  const byWork = [...batches.entries()].sort(([, a], [, b]) => b.workBytes - a.workBytes).values();
  const lane = async () => {
    for (const [i, { members, workBytes }] of byWork) {
      const examined = await run({ task: 'members', members, limits, spent }, workBytes);
      if ('answer' in examined) answers[i] = examined.answer;
      else incomplete ??= examined.incomplete;
      if (incomplete !== null) return;
    }
  };
  await Promise.all(Array.from({ length: threads }, lane));
  const answered = answers.filter((answer) => answer !== undefined);
  return {
    findings: answered.map((answer) => answer.findings),
    files: answered.flatMap((answer) => answer.files),
    ledgers: answered.flatMap((answer) => answer.ledgers),
    bytesLookedAt: answered.reduce((sum, answer) => sum + answer.bytesLookedAt, 0),
    incomplete,
  };
}

async function structureResult(
  run: Run,
  content: ContentLocation,
  about: About,
  limits: ArchiveLimits,
): Promise<{ result: CheckResult; description: PackageDescription }> {
  const result = resultOf('structure');
  const findings = new FindingList();
  const checked = await run({ task: 'structure', about, limits }, 0);
  if ('incomplete' in checked) {
    const coverage = { bytesLookedAt: 0, bytesInAll: content.sizeBytes };
    const description = { readme: '', summary: '', license: '' };
    return { result: result(findings, coverage, checked.incomplete), description };
  }
  const { coverage, incomplete, description } = checked.answer;
  findings.absorb(checked.answer.findings);
  return { result: result(findings, coverage, incomplete), description };
}

/** Starts the clock of a check; what is returned stops it. */
function resultOf(check: keyof typeof rulesVersions) {
  const startedAt = performance.now();
  return (
    found: FindingList,
    coverage: Coverage,
    incomplete: string | null,
    engines: readonly string[] = [],
  ): CheckResult => {
    const findings = found.list();
    return {
      check,
      rules: rulesWith(rulesVersions[check], engines),
      ...conclude(findings, coverage, incomplete),
      findings,
      coverage,
      durationMs: Math.round(performance.now() - startedAt),
    };
  };
}
