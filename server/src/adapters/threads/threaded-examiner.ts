// How one package is examined: everything that can go on at the same time does, on as many threads as there are.
//
//   hash       ├─ SHA-256 of the whole content ─┤
//   structure  ├─ names, manifests ─┤
//   archive    ├─ survey of the directory ─┤├─ batches of members, the most work first, on every free thread ─┤
//                                              each: what is remembered of its files, work, what was learnt
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
  type FileMemory,
  FindingList,
  type LearntFile,
  Ledger,
  memoryRules,
  type PackageDescription,
  type PackageExamined,
  type PackageFile,
  policyVersion,
  type RememberedFile,
  rulesVersions,
  rulesWith,
  type Severities,
  withSeverities,
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
  readonly #severities: Severities;
  readonly #memory: FileMemory | null;

  /**
   * `thread`: the file that a thread begins with (check-thread.ts); `threadData`: what it needs to open content, plain
   * data that every thread is given when it starts; `engines`: those that look for malware, with the version of what
   * they go by; `severities`: which rules block where that is not as the table of rules has it; `memory`: what was found
   * in files before; without one, every file is looked at.
   */
  constructor(
    thread: URL,
    settings: ThreadSettings,
    limits: ArchiveLimits,
    threadData: unknown = null,
    engines: () => Promise<readonly string[]> = async () => [],
    severities: Severities = {},
    memory: FileMemory | null = null,
  ) {
    this.#runner = new TaskRunner(thread, settings, threadData);
    this.#limits = limits;
    this.#engines = engines;
    this.#severities = severities;
    this.#memory = memory;
  }

  async examine(content: ContentLocation, about: About, signal: AbortSignal): Promise<Examination> {
    signal.throwIfAborted();
    const memory = await this.#memoryInForce();
    // One part that rejects ends the others.
    const ending = new AbortController();
    const either = AbortSignal.any([signal, ending.signal]);
    const line = this.#runner.line();
    const run: Run = (task, workBytes) => this.#runner.run(line, content, task, workBytes, either);
    try {
      const [archive, digest, structure] = await Promise.all([
        checkArchive(run, content, about, {
          limits: this.#limits,
          threads: this.#runner.threads,
          severities: this.#severities,
          memory,
        }),
        run({ task: 'hash' }, content.sizeBytes),
        structureResult(run, content, about, this.#limits, this.#severities),
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
    const engines = await this.#engines();
    return Object.fromEntries(
      Object.keys(rulesVersions).map((check) => {
        const name = check as keyof typeof rulesVersions;
        return [name, rulesInForce(name, name === 'malware' ? engines : [], this.#severities)];
      }),
    );
  }

  async #memoryInForce(): Promise<MemoryInForce | null> {
    const memory = this.#memory;
    if (memory === null) return null;
    const engines = await this.#engines();
    const by = { rules: rulesVersions, engines, limits: this.#limits, basis: memory.basis };
    const ruleSet = memoryRules(by);
    return {
      engines,
      recall: async (hints) => (hints.length === 0 ? [] : memory.recall(hints, ruleSet)),
      remember: async (files) => {
        if (files.length > 0) await memory.remember(files, ruleSet);
      },
    };
  }

  close(): Promise<void> {
    return this.#runner.close();
  }
}

async function checkArchive(
  run: Run,
  content: ContentLocation,
  about: About,
  by: ArchiveCheckedBy,
): Promise<{ result: CheckResult; content: readonly CheckResult[]; files: readonly PackageFile[] }> {
  const { limits, severities, memory } = by;
  const result = resultOf('archive', severities);
  const ofContent = contentChecks.map((check) => ({
    ledger: new Ledger(check),
    result: resultOf(check, severities),
  }));
  const findings = new FindingList();
  const survey = await run({ task: 'survey', limits, hintsFor: memory && about.kind }, 0);
  if ('incomplete' in survey) {
    const coverage = { bytesLookedAt: 0, bytesInAll: content.sizeBytes };
    return {
      result: result(findings, coverage, survey.incomplete),
      content: ofContent.map((one) => one.result(new FindingList(), coverage, survey.incomplete)),
      files: [],
    };
  }
  findings.absorb(survey.answer.findings);
  const examined = await examineBatches(run, survey.answer.batches, about, by);
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

interface ArchiveCheckedBy {
  readonly limits: ArchiveLimits;
  readonly threads: number;
  readonly severities: Severities;
  readonly memory: MemoryInForce | null;
}

/** The memory for what was found by the rules of this moment. */
interface MemoryInForce {
  readonly engines: readonly string[];
  recall(hints: readonly string[]): Promise<readonly RememberedFile[]>;
  remember(files: readonly LearntFile[]): Promise<void>;
}

const notExpanded = 'The archive was not expanded.';

/** The most work first, so that no thread is left with a large piece at the end. Stops where one gives no answer. */
async function examineBatches(
  run: Run,
  batches: PackedSurvey['batches'],
  { kind }: About,
  { limits, threads, memory }: ArchiveCheckedBy,
) {
  const spent = new SharedArrayBuffer(budgetCounters * 8);
  const answers: PackageExamined[] = [];
  let incomplete: string | null = null;
  const byWork = [...batches.entries()].sort(([, a], [, b]) => b.workBytes - a.workBytes).values();
  const lane = async () => {
    for (const [i, { members, workBytes, hints }] of byWork) {
      const known = await memory?.recall(hints);
      const remembering = memory && { engines: memory.engines, known: known ?? [] };
      const task = { task: 'members', members, kind, limits, spent, memory: remembering } as const;
      const examined = await run(task, workBytes);
      if ('answer' in examined) {
        answers[i] = examined.answer;
        await memory?.remember(examined.answer.learnt);
      } else incomplete ??= examined.incomplete;
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
  severities: Severities,
): Promise<{ result: CheckResult; description: PackageDescription }> {
  const result = resultOf('structure', severities);
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

/** The version of a check's rules, of the engines that it asks and of the policy. */
function rulesInForce(
  check: keyof typeof rulesVersions,
  engines: readonly string[],
  severities: Severities,
): string {
  const policy = policyVersion(severities);
  return rulesWith(rulesVersions[check], policy === null ? engines : [...engines, policy]);
}

/** Starts the clock of a check; what is returned stops it. */
function resultOf(check: keyof typeof rulesVersions, severities: Severities) {
  const startedAt = performance.now();
  return (
    found: FindingList,
    coverage: Coverage,
    incomplete: string | null,
    engines: readonly string[] = [],
  ): CheckResult => {
    const findings = withSeverities(found.list(), severities);
    return {
      check,
      rules: rulesInForce(check, engines, severities),
      ...conclude(findings, coverage, incomplete),
      findings,
      coverage,
      durationMs: Math.round(performance.now() - startedAt),
    };
  };
}
