import { Worker } from 'node:worker_threads';
import type { ExaminedPolicies } from '../../core/gate/index.ts';
import type { ExaminationData } from './examine-thread.ts';

const longestMs = 20_000;

/** Has the text looked at in a thread that is thrown away, with less room on its stack than there is where it decides. */
export async function examineText(text: string, taken: readonly string[]): Promise<ExaminedPolicies> {
  const examined = Promise.withResolvers<ExaminedPolicies>();
  const thread = new Worker(new URL('./examine-thread.ts', import.meta.url), {
    workerData: { text, taken } satisfies ExaminationData,
    resourceLimits: { maxOldGenerationSizeMb: 256, stackSizeMb: 0.75 },
    stdout: true,
    stderr: true,
  });
  const refuse = (message: string) =>
    examined.resolve({ problems: [{ line: 0, column: 0, message }], policies: [] });
  const timer = setTimeout(() => refuse('The policies take too long to be looked at.'), longestMs);
  thread.once('message', (answer: ExaminedPolicies) => examined.resolve(answer));
  thread.once('error', () => refuse('The policies nest too deeply to be evaluated, or are too large.'));
  thread.once('exit', () => refuse('The policies cannot be looked at.'));
  try {
    return await examined.promise;
  } finally {
    clearTimeout(timer);
    await thread.terminate();
  }
}
