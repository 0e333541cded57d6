import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import type { Extension, TreeKeeping } from '../../core/audit/index.ts';
import { StorageError } from '../../core/errors.ts';

/** Where the thread begins with. */
export interface WriterData {
  readonly path: string;
  readonly waitMs: number;
  readonly columns: readonly string[];
}

/** Values of one entry, in the order of the columns. */
export type AuditValues = readonly (string | number | null)[];

/** What the thread is told: a batch to append, whose batch to put into the tree, or that it was the last. */
export type Told = readonly AuditValues[] | TreeKeeping | 'that is all';

/** What the thread answers to each, in their order; the extension of the tree where that was asked for. */
export type Answered =
  | { readonly failure: 'transient' | 'permanent'; readonly message: string }
  | { readonly extension: Extension | null };

/**
 * Appends observed audit entries, and puts entries into the tree, in a thread of its own, over a connection of its own: an
 * entry has a place in five indexes and in the counts of its day, and has to be hashed, which costs more than the reading
 * that it tells of. The thread starts with the first batch.
 */
export class SqliteAuditWriter {
  readonly #data: WriterData;
  #thread: Worker | undefined;
  #waiting: PromiseWithResolvers<Extension | null>[] = [];

  constructor(data: WriterData) {
    this.#data = data;
  }

  /** Resolves when they are all in the database; rejects when none of them is. Batches are appended in their order. */
  async append(entries: readonly AuditValues[]): Promise<void> {
    await this.#tell(entries);
  }

  /** As `AuditTree.extend` does. */
  extend(keeper: TreeKeeping): Promise<Extension | null> {
    return this.#tell(keeper);
  }

  #tell(told: Told): Promise<Extension | null> {
    const answered = Promise.withResolvers<Extension | null>();
    this.#thread ??= this.#start();
    this.#waiting.push(answered);
    this.#thread.ref();
    this.#thread.postMessage(told);
    return answered.promise;
  }

  /** When what was begun has ended. */
  async close(): Promise<void> {
    await Promise.allSettled(this.#waiting.map(({ promise }) => promise));
    const thread = this.#thread;
    if (thread === undefined) return;
    thread.ref();
    const exited = once(thread, 'exit');
    thread.postMessage('that is all' satisfies Told);
    await exited;
  }

  #start(): Worker {
    const thread = new Worker(new URL('./sqlite-audit-thread.ts', import.meta.url), {
      workerData: this.#data,
      resourceLimits: { maxOldGenerationSizeMb: 64, maxYoungGenerationSizeMb: 4 },
    });
    thread.on('message', (answered: Answered) => this.#settle(thread, answered));
    // What a thread that failed had in hand may be in the database or not: appending it again does no harm.
    thread.on('error', (error) => this.#lose(thread, error));
    thread.on('exit', () => this.#lose(thread));
    return thread;
  }

  #settle(thread: Worker, answered: Answered): void {
    const first = this.#waiting.shift();
    // Nobody waits any more: the thread keeps no process alive.
    if (this.#waiting.length === 0) thread.unref();
    if ('extension' in answered) first?.resolve(answered.extension);
    else first?.reject(new StorageError(answered.failure, answered.message));
  }

  #lose(thread: Worker, cause?: unknown): void {
    if (this.#thread !== thread) return;
    this.#thread = undefined;
    const lost = this.#waiting;
    this.#waiting = [];
    for (const { reject } of lost) reject(new StorageError('transient', 'the audit writer has ended', cause));
  }
}
