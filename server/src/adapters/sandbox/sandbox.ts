// Where scripts run that nobody trusts: each in a process of its own, confined in three layers (docs/operations/sandbox.md),
// which runs one script and is killed.
import { StorageError } from '../../core/errors.ts';
import type {
  RunnerHealth,
  SyntaxVerdict,
  ValidatorLanguage,
  ValidatorOutcome,
  ValidatorRunner,
  ValidatorTask,
} from '../../core/validators/index.ts';
import { type Canary, canaries } from './canaries.ts';
import { archivePath, type WorkerTask } from './frames.ts';
import { kernelProblem } from './kernel-canaries.ts';
import { outcome } from './outcomes.ts';
import { OutsideRequests } from './outside-requests.ts';
import { hasSnapshot, pythonSnapshot, readySnapshot } from './python-snapshot.ts';
import { type RunAbout, runInWorker } from './run-in-worker.ts';
import type { Layers, SandboxLimits, SandboxSettings } from './settings.ts';
import { Turns } from './turns.ts';
import { WorkerPool } from './worker-pool.ts';
import { WorkerProcess } from './worker-process.ts';
import { workerProgram } from './worker-programs.ts';

export interface Sandbox extends ValidatorRunner, AsyncDisposable {
  /** Tries out what confines scripts and starts the first workers. Without it that is done for the first script. */
  prepare(): Promise<RunnerHealth>;
  /**
   * Tries it out where scripts are expected: what they start from was made beforehand, or by scripts of an earlier start.
   * Elsewhere it would take a processor for some seconds for what may never be needed.
   */
  prepareIfExpected(): Promise<void>;
}

/** Costs nothing until the first script comes. */
export function openSandbox(settings: SandboxSettings, layers?: Layers): Sandbox {
  return new ProcessSandbox(settings, layers);
}

/** After a trial that failed for a reason that may pass, at the earliest. */
export const tryAgainMs = 30_000;
const trials = 2;
/** Of a canary: no machine is so busy that nothing would end in this time. */
const canaryWallMs = 60_000;
const loopWallMs = 3_000;

/** What was found when it was tried out. */
interface Trial {
  readonly ready: boolean;
  readonly problems: readonly string[];
  readonly layers: Layers;
  readonly snapshot: string | null;
}

class ProcessSandbox implements Sandbox {
  readonly #settings: SandboxSettings;
  readonly #wanted: Layers | undefined;
  readonly #turns: Turns;
  readonly #pools: Readonly<Record<ValidatorLanguage, WorkerPool>>;
  #trying: Promise<Trial> | null = null;
  /** The last that came to its end. */
  #trial: Trial | null = null;
  #tryAgainAt = Number.NEGATIVE_INFINITY;
  readonly #closing = new AbortController();

  constructor(settings: SandboxSettings, layers: Layers | undefined) {
    this.#settings = settings;
    this.#wanted = layers;
    this.#turns = new Turns(settings.pool.running, settings.pool.waiting);
    const poolOf = (language: ValidatorLanguage) =>
      new WorkerPool(async () => this.#start(language, await this.#tried(), settings.limits), settings.pool);
    this.#pools = { python: poolOf('python'), javascript: poolOf('javascript') };
  }

  async prepare(): Promise<RunnerHealth> {
    const { ready } = await this.#tried();
    if (ready && !this.#closed) {
      for (const pool of Object.values(this.#pools)) pool.replenish();
      await Promise.all(Object.values(this.#pools).map((pool) => pool.warmed()));
    }
    return await this.health();
  }

  async prepareIfExpected(): Promise<void> {
    const { preparedFolder, cacheFolder } = this.#settings;
    const isExpected = preparedFolder !== null || (cacheFolder !== null && (await hasSnapshot(cacheFolder)));
    if (isExpected && !this.#closed) await this.#tried();
  }

  async health(): Promise<RunnerHealth> {
    const { ready, problems } = this.#trial ?? { ready: true, problems: [] };
    return { ready, problems, running: this.#turns.running, waiting: this.#turns.waiting };
  }

  async run(task: ValidatorTask, signal?: AbortSignal): Promise<ValidatorOutcome> {
    const { reach } = this.#settings;
    return await this.#decide(task.language, taskOf(task, reach !== null), {
      limits: this.#settings.limits,
      read: (offset, length) => task.archive.read(offset, length),
      outside: reach === null ? null : new OutsideRequests(reach),
      signal,
      report: this.#settings.report,
    });
  }

  async checkSyntax(
    language: ValidatorLanguage,
    source: string,
    signal?: AbortSignal,
  ): Promise<SyntaxVerdict> {
    const { cause, message, allowed } = await this.#decide(language, syntaxTask(source), {
      limits: this.#settings.limits,
      read: noArchive,
      outside: null,
      signal,
      report: this.#settings.report,
    });
    if (allowed) return { ok: true };
    if (cause === 'denied') return { ok: false, message };
    if (cause === 'unavailable' || cause === 'busy') throw new StorageError('transient', message);
    return { ok: false, message: 'The source cannot be compiled within the limits of validators.' };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closing.abort();
    await this.#trying?.catch(() => {});
    await Promise.all(Object.values(this.#pools).map((pool) => pool.close()));
  }

  get #closed(): boolean {
    return this.#closing.signal.aborted;
  }

  async #decide(language: ValidatorLanguage, task: WorkerTask, about: RunAbout): Promise<ValidatorOutcome> {
    const begunAt = performance.now();
    if (this.#closed || !(await this.#tried()).ready) return outcome('unavailable', begunAt);
    if (!(await this.#hasTurn(task.context.user, about))) return outcome('busy', begunAt);
    try {
      const worker = await this.#pools[language].take();
      return await runInWorker(worker, task, about);
    } catch (error) {
      this.#settings.report('A validator could not be started.', error);
      return outcome('unavailable', begunAt);
    } finally {
      this.#turns.leave();
      // Not before: it would take the processor from the script that somebody waits for.
      this.#pools[language].replenish();
    }
  }

  /** Nobody waits for a turn longer than a run may take. */
  async #hasTurn(downloader: string, { limits, signal }: RunAbout): Promise<boolean> {
    const late = AbortSignal.timeout(limits.wallMs);
    return await this.#turns.enter(downloader, signal === undefined ? late : AbortSignal.any([signal, late]));
  }

  /** Once; again after a while when it failed. */
  async #tried(): Promise<Trial> {
    if (this.#trying === null || performance.now() >= this.#tryAgainAt) {
      this.#tryAgainAt = Number.POSITIVE_INFINITY;
      this.#trying = this.#try();
      this.#trial = await this.#trying;
      if (!this.#trial.ready) this.#tryAgainAt = performance.now() + tryAgainMs;
      // What was broken off says nothing.
      if (!this.#closed) for (const problem of this.#trial.problems) this.#settings.report(problem);
    }
    return await this.#trying;
  }

  async #try(): Promise<Trial> {
    const problems: string[] = [];
    const layers = this.#wanted ?? (await this.#layersHere(problems));
    const snapshot = await this.#snapshot(problems);
    const found = { layers, snapshot };
    if (!layers.kernel && this.#settings.requireKernelLayer) return { ...found, ready: false, problems };
    const turns = new Turns(trials, canaries.length);
    const failed = await Promise.all(
      canaries.map(async (canary) => {
        await turns.enter();
        return await this.#failureOf(canary, { ...found, ready: true, problems }).finally(() =>
          turns.leave(),
        );
      }),
    );
    const failures = failed.filter((failure) => failure !== null);
    return { ...found, ready: failures.length === 0, problems: [...problems, ...failures] };
  }

  async #layersHere(problems: string[]): Promise<Layers> {
    const problem = await kernelProblem(this.#settings.pool.startMs, this.#closing.signal);
    if (problem !== null) problems.push(problem);
    return { kernel: problem === null, webAssembly: true };
  }

  async #snapshot(problems: string[]): Promise<string | null> {
    const { preparedFolder, cacheFolder, report } = this.#settings;
    try {
      const prepared = preparedFolder === null ? null : await readySnapshot(preparedFolder);
      if (prepared !== null || cacheFolder === null) return prepared;
      if (preparedFolder !== null) {
        report(
          `${preparedFolder} has no memory of Python that is whole and fits this program: it is made now.`,
        );
      }
      return await pythonSnapshot(cacheFolder, this.#closing.signal);
    } catch (error) {
      problems.push(`Python starts slowly, since its memory cannot be kept: ${error}`);
      return null;
    }
  }

  async #failureOf(canary: Canary, trial: Trial): Promise<string | null> {
    const limits = { ...this.#settings.limits, cpuSeconds: 1, wallMs: canaryWallMs };
    const isLoop = canary.tries === 'go on for ever';
    // Without the kernel only the clock ends it.
    if (isLoop && !trial.layers.kernel) limits.wallMs = loopWallMs;
    try {
      const worker = await this.#start(canary.language, trial, limits);
      const about = {
        limits,
        read: noArchive,
        outside: null,
        signal: this.#closing.signal,
        report: () => {},
      };
      const ended = await runInWorker(worker, syntaxTask(canary.source, false), about);
      if (canary.holds(ended)) return null;
      return `Scripts in ${canary.language} can ${canary.tries} (${ended.cause}): none is run.`;
    } catch (error) {
      return `Scripts in ${canary.language} cannot be run: ${error instanceof Error ? error.message : error}`;
    }
  }

  async #start(language: ValidatorLanguage, trial: Trial, limits: SandboxLimits): Promise<WorkerProcess> {
    const { memoryBytes, fileBytes, cpuSeconds } = limits;
    const { kernel: kernelLayer, webAssembly: webAssemblyLayer } = trial.layers;
    const settings = { kernelLayer, webAssemblyLayer, memoryBytes, fileBytes, cpuSeconds };
    const program = workerProgram(language, { ...settings, snapshot: trial.snapshot });
    const { signal } = this.#closing;
    signal.throwIfAborted();
    const worker = new WorkerProcess(program, this.#settings.pool.startMs);
    const end = () => void worker.end();
    signal.addEventListener('abort', end, { once: true });
    await worker.ready.finally(() => signal.removeEventListener('abort', end));
    return worker;
  }
}

function taskOf(task: ValidatorTask, reach: boolean): WorkerTask {
  const { source, packageName, versionLabel, uploader, downloader, groups, metadata, archive } = task;
  return {
    compileOnly: false,
    source,
    arguments: [packageName, uploader, downloader, archivePath],
    context: { package: packageName, version: versionLabel, uploader, user: downloader, groups, metadata },
    sizeBytes: archive.sizeBytes,
    reach,
  };
}

/** For a source without a download. */
function syntaxTask(source: string, compileOnly = true): WorkerTask {
  return {
    compileOnly,
    source,
    arguments: ['', '', '', archivePath],
    context: { package: '', version: '', uploader: '', user: '', groups: [], metadata: {} },
    sizeBytes: 0,
    reach: false,
  };
}

function noArchive(): Promise<never> {
  return Promise.reject(new Error('there is no archive'));
}
