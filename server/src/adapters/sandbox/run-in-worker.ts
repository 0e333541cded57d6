// One script in one worker, from handing it over to killing the process: serves what it asks for, keeps its limits,
// and says how it ended.
import { Buffer } from 'node:buffer';
import type { ValidatorCause, ValidatorOutcome } from '../../core/validators/index.ts';
import { frame, rangeBytes, type WorkerEnd, type WorkerTask } from './frames.ts';
import { outcome } from './outcomes.ts';
import type { OutsideRequests } from './outside-requests.ts';
import type { SandboxLimits } from './settings.ts';
import type { ProcessEnd, WorkerProcess } from './worker-process.ts';

export interface RunAbout {
  readonly limits: SandboxLimits;
  read(offset: number, length: number): Promise<Uint8Array>;
  /** Null: none are answered. */
  readonly outside: OutsideRequests | null;
  readonly signal: AbortSignal | undefined;
  /** What a script tried and was ended for. */
  report(problem: string, cause?: unknown): void;
}

const keptDiagnosticBytes = 4_096;
const longestWords = 1_000;

/** Never rejects. When it resolves, the process is gone. */
export async function runInWorker(
  worker: WorkerProcess,
  task: WorkerTask,
  about: RunAbout,
): Promise<ValidatorOutcome> {
  const begunAt = performance.now();
  const run = new Run(worker, task, about);
  const cause = await run.cause();
  return outcome(cause, begunAt, run.written());
}

class Run {
  readonly #worker: WorkerProcess;
  readonly #task: WorkerTask;
  readonly #about: RunAbout;
  readonly #output: Buffer[] = [];
  readonly #ending = new AbortController();
  #diagnostics: Buffer = Buffer.alloc(0);
  #writtenBytes = 0;
  #readBytes = 0;
  #answering = false;

  constructor(worker: WorkerProcess, task: WorkerTask, about: RunAbout) {
    this.#worker = worker;
    this.#task = task;
    this.#about = about;
  }

  async cause(): Promise<ValidatorCause> {
    const { promise, resolve } = Promise.withResolvers<ValidatorCause>();
    const late = setTimeout(() => resolve('timed-out'), this.#about.limits.wallMs);
    const abort = () => resolve('unavailable');
    this.#about.signal?.addEventListener('abort', abort);
    if (this.#about.signal?.aborted) abort();
    this.#worker.ended.then((end) => {
      if (!this.#ending.signal.aborted) resolve(this.#causeOfEnd(end));
    });
    this.#worker.listen((kind, payload) => {
      const cause = this.#received(kind, payload, resolve);
      if (cause !== null) resolve(cause);
    });
    this.#worker.send(Buffer.from(JSON.stringify(this.#task)));
    const cause = await promise;
    clearTimeout(late);
    this.#about.signal?.removeEventListener('abort', abort);
    this.#ending.abort();
    await this.#worker.end();
    return cause;
  }

  written(): { message: string; diagnostics: string } {
    const text = (bytes: Buffer) => bytes.toString().toWellFormed();
    return { message: text(Buffer.concat(this.#output)), diagnostics: text(this.#diagnostics) };
  }

  /** How it ended, when this frame ends it. */
  #received(kind: number, payload: Buffer, end: (cause: ValidatorCause) => void): ValidatorCause | null {
    switch (kind) {
      case frame.output:
        this.#output.push(payload);
        return this.#counted(payload);
      case frame.errors:
        this.#diagnostics = Buffer.concat([this.#diagnostics, payload]).subarray(-keptDiagnosticBytes);
        return this.#counted(payload);
      case frame.range:
        return this.#asked(payload, 'a range', (asked) => this.#range(asked), end);
      case frame.request:
        return this.#asked(payload, 'a request', (asked) => this.#request(asked), end);
      case frame.end:
        return this.#causeOf(payload);
      default:
        return this.#violated(`sent a frame of the kind ${kind}`);
    }
  }

  #counted(payload: Buffer): ValidatorCause | null {
    // There could be any number of those.
    if (payload.length === 0) return this.#violated('wrote a text of nothing');
    this.#writtenBytes += payload.length;
    return this.#writtenBytes > this.#about.limits.outputBytes ? 'too-much-output' : null;
  }

  /** One at a time: an honest worker waits for the answer before it asks again. */
  #asked(
    payload: Buffer,
    what: string,
    answer: (payload: Buffer) => Promise<Uint8Array | null>,
    end: (cause: ValidatorCause) => void,
  ): ValidatorCause | null {
    if (this.#answering) return this.#violated(`asked for ${what} before it was answered`);
    this.#answering = true;
    answer(Buffer.from(payload)).then(
      (bytes) => {
        this.#answering = false;
        if (this.#ending.signal.aborted) return;
        if (bytes === null) end(this.#violated(`asked for ${what} that there is not`));
        else this.#worker.send(bytes);
      },
      (error: unknown) => {
        if (!this.#ending.signal.aborted)
          this.#about.report(`A validator could not be answered ${what}.`, error);
        end('unavailable');
      },
    );
    return null;
  }

  /** Null when there is no such range: nothing that a worker says is believed. */
  async #range(payload: Buffer): Promise<Uint8Array | null> {
    if (payload.length !== 12) return null;
    const [offset, length] = [payload.readDoubleLE(0), payload.readUInt32LE(8)];
    if (!Number.isSafeInteger(offset) || offset < 0 || length < 1 || length > rangeBytes) return null;
    if (offset + length > this.#task.sizeBytes) return null;
    this.#readBytes += length;
    if (this.#readBytes > this.#about.limits.readBytes) return null;
    const bytes = await this.#about.read(offset, length);
    if (bytes.length !== length) throw new Error(`${bytes.length} bytes came instead of ${length}`);
    return bytes;
  }

  async #request(payload: Buffer): Promise<Uint8Array | null> {
    if (this.#about.outside === null) return null;
    return Buffer.from(JSON.stringify(await this.#about.outside.ask(payload, this.#ending.signal)));
  }

  #causeOf(payload: Buffer): ValidatorCause {
    const told = endOf(payload);
    switch (told?.end) {
      case 'exit':
        return told.code === 0 ? 'allowed' : 'denied';
      case 'exception':
        return 'crashed';
      case 'violation':
        return this.#violated(`tried ${told.what}`);
      case 'crash':
        this.#about.report(`A validator crashed: ${told.what}.`);
        return 'crashed';
      default:
        return this.#violated('ended in an unknown way');
    }
  }

  #causeOfEnd({ signal, complaint }: ProcessEnd): ValidatorCause {
    if (signal === 'SIGXCPU') return 'timed-out';
    if (signal === 'SIGSYS') return this.#violated('made a system call that is not allowed');
    this.#about.report(`A validator's process ended with ${signal ?? 'an exit'}: ${complaint}`);
    return 'crashed';
  }

  #violated(what: string): 'crashed' {
    this.#about.report(`A validator ${what}, and was ended.`);
    return 'crashed';
  }
}

/** Null for what is none. What it says is logged, and so kept short. */
function endOf(payload: Buffer): WorkerEnd | null {
  try {
    const told = JSON.parse(payload.toString()) as Partial<Record<'end' | 'what', unknown>> | null;
    const { end, what } = told ?? {};
    if (end !== 'violation' && end !== 'crash') return told as WorkerEnd | null;
    return typeof what === 'string' ? { end, what: what.slice(0, longestWords) } : null;
  } catch {
    return null;
  }
}
