import {
  askedWords,
  isBegun,
  isVisibleTo,
  type PackageHit,
  type PackageIndexed,
  type PackageQuery,
  type PackageSearch,
  type PackageStore,
  rankOf,
  readmeWords,
  type SearchDocument,
  searchWords,
  type VersionStore,
} from '../../core/packages/index.ts';
import type { Page, PageRequest } from '../../core/paging.ts';
import type { MemoryAppliers } from './memory-engine.ts';
import { memoryPage } from './paging.ts';

export class MemoryPackageSearch implements PackageSearch {
  readonly #documents = new Map<string, SearchDocument>();
  readonly #packages: PackageStore;
  readonly #versions: VersionStore;
  /** The documents by package; their packages are beside them. */
  readonly documents: ReadonlyMap<string, SearchDocument> = this.#documents;

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
    const asked = askedWords(query.words);
    const hits: PackageHit[] = [];
    for (const [packageId, document] of this.#documents) {
      const found = await this.#packages.find(packageId);
      const score = scoreOf(document, asked);
      if (found?.state !== 'published' || score === null) continue;
      if (query.kind !== undefined && found.kind !== query.kind) continue;
      if (!isVisibleTo(query.audience, found)) continue;
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

/** Null unless all words occur; higher is better. */
function scoreOf(document: SearchDocument, asked: readonly string[]): number | null {
  const { name, title, description, readme = '' } = document;
  const words = [...[name, title, description].flatMap(searchWords), ...readmeWords(readme)];
  return asked.every((_, i) => isBegun(asked, i, words)) ? -rankOf(asked, document) : null;
}
