// Validators in another process: the side that asks.
import { StorageError } from '../../core/errors.ts';
import type {
  RunnerHealth,
  SyntaxVerdict,
  ValidatorCause,
  ValidatorLanguage,
  ValidatorOutcome,
  ValidatorRunner,
  ValidatorTask,
} from '../../core/validators/index.ts';
import { outcome } from './outcomes.ts';
import { isRecord, paths, type RemoteSource, type RemoteTask } from './runner-protocol.ts';

export interface RemoteRunnerSettings {
  /** Without a path. */
  readonly url: string;
  readonly secret: string;
  /** For an answer, waiting for a turn and the run itself included. */
  readonly timeoutMs: number;
  report(problem: string, cause?: unknown): void;
}

const healthMs = 2_000;
const largestMessageBytes = 64 * 1024;
const causes: ReadonlySet<unknown> = new Set<ValidatorCause>([
  'allowed',
  'denied',
  'timed-out',
  'crashed',
  'too-much-output',
  'unavailable',
  'busy',
]);

export class RemoteRunner implements ValidatorRunner {
  readonly #settings: RemoteRunnerSettings;

  constructor(settings: RemoteRunnerSettings) {
    this.#settings = settings;
  }

  /** The task's archive must have an address. */
  async run(task: ValidatorTask, signal?: AbortSignal): Promise<ValidatorOutcome> {
    const begunAt = performance.now();
    const { archive, ...rest } = task;
    try {
      if (archive.url === undefined) throw new Error('the archive has no address');
      const asked: RemoteTask = { ...rest, archive: { url: archive.url, sizeBytes: archive.sizeBytes } };
      const { status, body } = await this.#post(paths.run, asked, signal);
      const told = status === 200 ? outcomeOf(body) : null;
      if (told === null) throw new Error(`the runner answered ${status}, and no outcome`);
      return told;
    } catch (error) {
      if (!signal?.aborted) this.#settings.report('A validator could not be run elsewhere.', error);
      return outcome('unavailable', begunAt);
    }
  }

  async checkSyntax(
    language: ValidatorLanguage,
    source: string,
    signal?: AbortSignal,
  ): Promise<SyntaxVerdict> {
    const asked: RemoteSource = { language, source };
    const { status, body } = await this.#post(paths.syntax, asked, signal).catch((error: unknown) => {
      throw new StorageError('transient', 'What runs validators does not answer.', error);
    });
    const verdict = status === 200 ? verdictOf(body) : null;
    if (verdict !== null) return verdict;
    throw new StorageError('transient', `What runs validators answered ${status}.`);
  }

  async health(): Promise<RunnerHealth> {
    try {
      const signal = AbortSignal.timeout(healthMs);
      const { body } = await this.#fetch(paths.health, { signal });
      return healthOf(body) ?? notAnswering('What runs validators did not know the secret.');
    } catch (error) {
      return notAnswering(`What runs validators does not answer: ${reasonOf(error)}`);
    }
  }

  async #post(path: string, asked: unknown, signal: AbortSignal | undefined) {
    const late = AbortSignal.timeout(this.#settings.timeoutMs);
    return await this.#fetch(path, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(asked),
      signal: signal === undefined ? late : AbortSignal.any([signal, late]),
    });
  }

  async #fetch(path: string, options: RequestInit): Promise<{ status: number; body: unknown }> {
    const { url, secret } = this.#settings;
    const headers = { ...options.headers, authorization: `Bearer ${secret}` };
    const response = await fetch(new URL(path, url), { ...options, headers, redirect: 'error' });
    return { status: response.status, body: await response.json() };
  }
}

/** Null for what is none: only what is wholly understood allows. */
function outcomeOf(body: unknown): ValidatorOutcome | null {
  if (!isRecord(body) || !causes.has(body.cause)) return null;
  const { allowed, message, elapsedMs, diagnostics } = body;
  if (typeof message !== 'string' || typeof elapsedMs !== 'number') return null;
  if (allowed !== (body.cause === 'allowed') || Buffer.byteLength(message) > largestMessageBytes) return null;
  const cause = body.cause as ValidatorCause;
  return { allowed, message, cause, elapsedMs, ...(typeof diagnostics === 'string' ? { diagnostics } : {}) };
}

function verdictOf(body: unknown): SyntaxVerdict | null {
  if (!isRecord(body)) return null;
  if (body.ok === true) return { ok: true };
  return body.ok === false && typeof body.message === 'string' ? { ok: false, message: body.message } : null;
}

function healthOf(body: unknown): RunnerHealth | null {
  if (!isRecord(body) || typeof body.ready !== 'boolean' || !Array.isArray(body.problems)) return null;
  const { ready, problems, running, waiting } = body;
  return { ready, problems: problems.map(String), running: Number(running), waiting: Number(waiting) };
}

function notAnswering(problem: string): RunnerHealth {
  return { ready: false, problems: [problem], running: 0, waiting: 0 };
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? error.cause.message : error.message;
}
