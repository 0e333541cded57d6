import { RegistryError } from '../../core/errors.ts';
import type {
  ListedPolicyVersion,
  PolicyAppended,
  PolicyStore,
  PolicyVersion,
} from '../../core/gate/index.ts';
import { numberIn, type Page, type PageRequest } from '../../core/paging.ts';
import { mapRecords } from './kept-records.ts';
import type { MemoryAppliers } from './memory-engine.ts';
import { memoryPage } from './paging.ts';

export class MemoryPolicyStore implements PolicyStore {
  readonly #versions = new Map<string, PolicyVersion>();
  readonly kept = mapRecords(this.#versions, ({ number }) => String(number));

  readonly appliers: MemoryAppliers<PolicyAppended> = {
    'policy.append': ({ version }) => {
      const key = String(version.number);
      if (this.#versions.has(key)) {
        throw new RegistryError(
          'state-conflict',
          'The policies were changed by somebody else meanwhile; read them again.',
        );
      }
      this.#versions.set(key, version);
      return () => this.#versions.delete(key);
    },
  };

  async last(): Promise<PolicyVersion | null> {
    return [...this.#versions.values()].sort((one, other) => other.number - one.number)[0] ?? null;
  }

  async find(number: number): Promise<PolicyVersion | null> {
    return this.#versions.get(String(number)) ?? null;
  }

  async list(page: PageRequest): Promise<Page<ListedPolicyVersion>> {
    if (page.after !== undefined) numberIn(page.after);
    const all = [...this.#versions.values()];
    const { items, next } = memoryPage(all, ({ number }) => [number], page, 'descending');
    return { items: items.map(({ text: _, ...version }) => version), next };
  }
}
