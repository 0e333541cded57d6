import { RegistryError } from '../../core/errors.ts';
import { numberIn, type Page, type PageRequest } from '../../core/paging.ts';
import type {
  ListedValidatorVersion,
  ValidatorAppended,
  ValidatorStore,
  ValidatorVersion,
} from '../../core/validators/index.ts';
import { mapRecords } from './kept-records.ts';
import type { MemoryAppliers } from './memory-engine.ts';
import { memoryPage } from './paging.ts';

export class MemoryValidatorStore implements ValidatorStore {
  readonly #versions = new Map<string, ValidatorVersion>();
  readonly kept = mapRecords(this.#versions, keyOf);

  readonly appliers: MemoryAppliers<ValidatorAppended> = {
    'validator.append': ({ version }) => {
      if (this.#versions.has(keyOf(version))) {
        throw new RegistryError(
          'state-conflict',
          'The validator was changed by somebody else meanwhile; read it again.',
        );
      }
      this.#versions.set(keyOf(version), version);
      return () => this.#versions.delete(keyOf(version));
    },
  };

  async last(packageId: string): Promise<ValidatorVersion | null> {
    return this.#of(packageId).sort((one, other) => other.number - one.number)[0] ?? null;
  }

  async find(packageId: string, number: number): Promise<ValidatorVersion | null> {
    return this.#versions.get(keyOf({ packageId, number })) ?? null;
  }

  async list(packageId: string, page: PageRequest): Promise<Page<ListedValidatorVersion>> {
    if (page.after !== undefined) numberIn(page.after);
    const { items, next } = memoryPage(this.#of(packageId), ({ number }) => [number], page, 'descending');
    return { items: items.map(withoutSource), next };
  }

  #of(packageId: string): ValidatorVersion[] {
    return [...this.#versions.values()].filter((version) => version.packageId === packageId);
  }
}

function withoutSource({ script, ...version }: ValidatorVersion): ListedValidatorVersion {
  return { ...version, script: script && { language: script.language, digest: script.digest } };
}

function keyOf({ packageId, number }: Pick<ValidatorVersion, 'packageId' | 'number'>): string {
  return JSON.stringify([packageId, number]);
}
