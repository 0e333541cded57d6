import type { RegistryMark, RegistryMarks } from '../../core/transfer/index.ts';

export class MemoryRegistryMarks implements RegistryMarks {
  #mark: RegistryMark | null = null;

  async read(): Promise<RegistryMark | null> {
    return this.#mark;
  }

  async write(mark: RegistryMark | null): Promise<void> {
    this.#mark = mark;
  }
}
