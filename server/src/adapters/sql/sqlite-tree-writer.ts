import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import type { Extension, TreeKeeping } from '../../core/audit/index.ts';
import { StorageError } from '../../core/errors.ts';

/** Where the thread begins with. */
export interface WriterData {
  readonly path: string;
  readonly waitMs: number;
}

/** What the thread is told: whose batch it is, or that it was the last. */
export type Told = TreeKeeping | 'that is all';

export type Answered =
  | { readonly extension: Extension | null }
  | { readonly failure: 'transient' | 'permanent'; readonly message: string };

/**
 * Extends the audit tree in a thread of its own, over connections of its own: an entry has to be read, put into words and
 * hashed, which takes a third of the time of the request that it tells of. The thread starts with the first batch.
 */
export class SqliteTreeWriter {
  readonly #data: WriterData;
  #thread: Worker | undefined;
  #waiting: PromiseWithResolvers<Extension | null>[] = [];

  constructor(data: WriterData) {
    this.#data = data;
  }

  extend(keeper: TreeKeeping): Promise<Extension | null> {
    const extended = Promise.withResolvers<Extension | null>();
    this.#thread ??= this.#start();
    this.#waiting.push(extended);
    this.#thread.ref();
    this.#thread.postMessage(keeper satisfies Told);
    return extended.promise;
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
    const thread = new Worker(new URL('./sqlite-tree-thread.ts', import.meta.url), {
      workerData: this.#data,
      resourceLimits: { maxOldGenerationSizeMb: 64, maxYoungGenerationSizeMb: 4 },
    });
    thread.on('message', (answered: Answered) => this.#settle(thread, answered));
    // A batch that a thread that failed had in hand is in the tree or not: whoever goes on looks at what is there.
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
    for (const { reject } of lost) reject(new StorageError('transient', 'the tree writer has ended', cause));
  }
}
