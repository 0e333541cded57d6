import type {
  PackageHit,
  PackageIndexed,
  PackageQuery,
  PackageSearch,
  PackageStore,
  SearchDocument,
  VersionStore,
} from '../../core/packages/index.ts';
import type { Page, PageRequest } from '../../core/paging.ts';
import type { MemoryAppliers } from './memory-engine.ts';
import { memoryPage } from './paging.ts';

const weights = { name: 10, title: 5, description: 3, readme: 1 } as const;

export class MemoryPackageSearch implements PackageSearch {
  readonly #documents = new Map<string, SearchDocument>();
  readonly #packages: PackageStore;
  readonly #versions: VersionStore;

  constructor(packages: PackageStore, versions: VersionStore) {
    this.#packages = packages;
    this.#versions = versions;
  }

  readonly appliers: MemoryAppliers<PackageIndexed> = {
    'package.index': ({ packageId, document }) => {
      const before = this.#documents.get(packageId);
      if (document === null) this.#documents.delete(packageId);
      else this.#documents.set(packageId, { ...before, ...document });
      return () =>
        before === undefined ? this.#documents.delete(packageId) : this.#documents.set(packageId, before);
    },
  };

  async search(query: PackageQuery, page: PageRequest): Promise<Page<PackageHit> & { complete: boolean }> {
    const terms = wordsOf(query.words);
    const hits: PackageHit[] = [];
    for (const [packageId, document] of this.#documents) {
      const found = await this.#packages.find(packageId);
      const score = scoreOf(document, terms);
      if (found?.state !== 'published' || score === null) continue;
      if (query.kind !== undefined && found.kind !== query.kind) continue;
      if (query.labels !== undefined) {
        const filter = { states: ['published'], labels: query.labels } as const;
        if ((await this.#versions.list(packageId, filter, { limit: 1 })).items.length === 0) continue;
      }
      hits.push({ package: found, score });
    }
    return {
      ...memoryPage(hits, (hit) => [hit.score, hit.package.id], page, 'descending'),
      complete: true,
    };
  }
}

function wordsOf(text: string): string[] {
  return text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];
}

/** Null unless every term occurs in some field; the last may be the beginning of a word. */
function scoreOf(document: SearchDocument, terms: readonly string[]): number | null {
  let score = 0;
  for (const [position, term] of terms.entries()) {
    const isLast = position === terms.length - 1;
    const matches = (word: string) => (isLast ? word.startsWith(term) : word === term);
    const fields = (['name', 'title', 'description', 'readme'] as const).filter((field) =>
      wordsOf(document[field] ?? '').some(matches),
    );
    if (fields.length === 0) return null;
    score += fields.reduce((sum, field) => sum + weights[field], 0);
  }
  return score;
}
