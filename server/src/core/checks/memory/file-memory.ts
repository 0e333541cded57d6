import type { Clock } from '../../clock.ts';
import type { FileMemory, RememberedFileStore } from '../ports.ts';

/** Longer than most packages wait for their next version. What is used all the time is looked at again as often as that. */
const rememberedForMs = 90 * 24 * 3_600_000;

/** `basis`: whatever findings depend on besides rules, limits and the file: the program, and how its engines are set up. */
export function fileMemory(
  { rememberedFiles, clock }: { rememberedFiles: RememberedFileStore; clock: Clock },
  basis: string,
): FileMemory {
  return {
    basis,
    recall: (hints, ruleSet) => rememberedFiles.find(hints, { ruleSet, at: clock.now() }),
    remember: (files, ruleSet) => {
      const rememberedAt = clock.now();
      const until = new Date(rememberedAt.getTime() + rememberedForMs);
      return rememberedFiles.put(files.map((file) => ({ ...file, ruleSet, rememberedAt, until })));
    },
  };
}
