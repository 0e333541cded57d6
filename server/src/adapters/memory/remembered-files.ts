import type { RememberedFile, RememberedFileStore } from '../../core/checks/index.ts';

export class MemoryRememberedFileStore implements RememberedFileStore {
  readonly #files = new Map<string, RememberedFile>();

  async find(
    hints: readonly string[],
    { ruleSet, at }: { readonly ruleSet: string; readonly at: Date },
  ): Promise<readonly RememberedFile[]> {
    const files = [...new Set(hints)].map((hint) => this.#files.get(hint));
    return files.filter(
      (file) => file !== undefined && file.ruleSet === ruleSet && file.until > at,
    ) as RememberedFile[];
  }

  async put(files: readonly RememberedFile[]): Promise<void> {
    for (const file of files) this.#files.set(file.hint, file);
  }

  async forget(at: Date): Promise<void> {
    for (const [hint, { until }] of this.#files) if (until <= at) this.#files.delete(hint);
  }
}
