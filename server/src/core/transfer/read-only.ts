// How all processes of a registry come to stop writing while it is cut over to other engines, and refuse to serve from
// engines that are still being filled.
import type { AuditTree } from '../audit/index.ts';
import type { Clock } from '../clock.ts';
import type { Change, Commit } from '../commit.ts';
import { RegistryError } from '../errors.ts';
import type { JobQueue } from '../jobs/index.ts';
import type { RegistryMark, RegistryMarks } from './ports.ts';

/** A process that was told that the registry may be written believes it for so long. */
export const writableForMs = 2_000;

const retryAfterSeconds = 30;

/** A pause that was not renewed for so long is over: whoever asked for it is no more. */
export const pauseLapsesMs = 30_000;

/** Whether the mark counts at this moment. */
export function isStanding(mark: RegistryMark | null, now: Date): mark is RegistryMark {
  if (mark?.state !== 'paused') return mark !== null;
  return now.getTime() - mark.since.getTime() < pauseLapsesMs;
}

/**
 * Asks for the mark at most once in `writableForMs`, however much is written: one keyed read, for all who wait for it.
 * Whoever sets a mark waits as long, and for what had begun to be written until then.
 */
export class WriteGuard {
  readonly #clock: Clock;
  readonly #marks: Pick<RegistryMarks, 'read'>;
  #asking: Promise<RegistryMark | null> | null = null;
  #writableUntilMs = Number.NEGATIVE_INFINITY;

  constructor(ports: { readonly clock: Clock; readonly marks: Pick<RegistryMarks, 'read'> }) {
    this.#clock = ports.clock;
    this.#marks = ports.marks;
  }

  /** The same commit, refused as `read-only` while the registry must not be written. */
  commit<C extends Change>(commit: Commit<C>): Commit<C> {
    return async (changes) => {
      const mark = await this.#standing();
      if (mark !== null) throw refusal(mark);
      await commit(changes);
    };
  }

  /** The same queue, which gives out no job while the registry must not be written. Jobs that run go on to their end. */
  jobs(queue: JobQueue): JobQueue {
    const isOpen = async () => (await this.#standing()) === null;
    return {
      lease: async (...asked) => ((await isOpen()) ? queue.lease(...asked) : null),
      leaseJob: async (id, now, leaseMs) =>
        (await isOpen())
          ? queue.leaseJob(id, now, leaseMs)
          : { dueAt: new Date(now.getTime() + retryAfterSeconds * 1000) },
      prolong: (job, until) => queue.prolong(job, until),
      finish: (job) => queue.finish(job),
      fail: (...told) => queue.fail(...told),
      giveBack: (job, dueAt) => queue.giveBack(job, dueAt),
      listDead: (page) => queue.listDead(page),
      statistics: (now) => queue.statistics(now),
    };
  }

  /** The same tree, to which nothing is appended while the registry must not be written. */
  tree(tree: AuditTree): AuditTree {
    const open = async () => {
      const mark = await this.#standing();
      if (mark !== null) throw refusal(mark);
    };
    return {
      head: () => tree.head(),
      waiting: (limit) => tree.waiting(limit),
      tiles: (keys) => tree.tiles(keys),
      findLeaf: (entryId) => tree.findLeaf(entryId),
      entries: (from, count) => tree.entries(from, count),
      checkpoint: (size) => tree.checkpoint(size),
      append: async (addition) => {
        await open();
        return tree.append(addition);
      },
      extend: async (keeper) => {
        await open();
        return tree.extend(keeper);
      },
      addCheckpoint: async (checkpoint) => {
        await open();
        await tree.addCheckpoint(checkpoint);
      },
    };
  }

  /** The mark that forbids writing; null while there is none. */
  async #standing(): Promise<RegistryMark | null> {
    if (this.#clock.now().getTime() < this.#writableUntilMs) return null;
    this.#asking ??= this.#ask().finally(() => {
      this.#asking = null;
    });
    return this.#asking;
  }

  async #ask(): Promise<RegistryMark | null> {
    // Before the answer: it may be old when it arrives.
    const askedAtMs = this.#clock.now().getTime();
    const mark = await this.#marks.read();
    if (isStanding(mark, this.#clock.now()) && mark.state !== 'being-copied') return mark;
    this.#writableUntilMs = askedAtMs + writableForMs;
    return null;
  }
}

function refusal({ state }: RegistryMark): RegistryError {
  const why = {
    'read-only':
      'The registry is moving to other engines; it can be read, and written again in some minutes.',
    moved: 'The registry has moved to other engines; this is its old place, which can only be read.',
    'being-filled': 'The registry is being moved to these engines and is not complete yet.',
    paused: 'A backup of the registry is being taken; it can be read, and written again in some seconds.',
    'being-copied': '',
  }[state];
  return new RegistryError('read-only', why, { retryAfterSeconds });
}

/** Throws where a transfer has not been completed: what is there may be anything from nothing to almost all. */
export async function requireComplete(marks: Pick<RegistryMarks, 'read'>): Promise<void> {
  if ((await marks.read())?.state !== 'being-filled') return;
  throw new Error(
    'These engines are being filled by `assay migrate-engine` and are not complete: end that with --cut-over, or use empty ones.',
  );
}
