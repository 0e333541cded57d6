// A check thread that fails where its content tells it to (`faultMarker`), and is check-thread.ts otherwise.
import checkThread from '../../src/check-thread.ts';
import { StorageError } from '../../src/core/errors.ts';

type Task = Parameters<typeof checkThread>[0];

const faults = ['throw', 'exit', 'hang', 'memory', 'unreadable'] as const;
export type Fault = (typeof faults)[number];

/** Stored plainly in a package, makes each task of that name fail. */
export function faultMarker(task: Task['task'], fault: Fault): string {
  return `in ${task}: ${fault};`;
}

export default async (task: Task): ReturnType<typeof checkThread> => {
  const { content } = task;
  const bytes = content.store === 'memory' ? Buffer.from(content.bytes) : Buffer.alloc(0);
  const fault = faults.find((name) => bytes.includes(faultMarker(task.task, name)));
  if (fault === 'unreadable') {
    const { failure, transience, message } = new StorageError('transient', 'the store does not answer');
    return { storageFailure: failure, transience, message };
  }
  if (fault !== undefined) fail(fault);
  return checkThread(task);
};

function fail(fault: Exclude<Fault, 'unreadable'>): void {
  if (fault === 'throw') throw new TypeError('a bug in a check');
  if (fault === 'exit') process.exit(3);
  const kept: number[][] = [];
  for (;;) if (fault === 'memory') kept.push(Array.from({ length: 100_000 }, Math.random));
}
