import type { ContentHeld, ContentHolds, ContentReleased } from '../../core/content/index.ts';
import { RegistryError } from '../../core/errors.ts';
import type { KeptRecords } from './kept-records.ts';
import type { MemoryAppliers } from './memory-engine.ts';

export class MemoryContentHolds implements ContentHolds {
  readonly #holders = new Map<string, ReadonlySet<string>>();
  readonly #removals = new Set<string>();
  readonly keptHolds: KeptRecords<{ digest: string; versionId: string }> = {
    all: () =>
      [...this.#holders].flatMap(([digest, ids]) => [...ids].map((versionId) => ({ digest, versionId }))),
    put: ({ digest, versionId }) => this.#set(digest, new Set([...this.#holding(digest), versionId])),
    remove: ({ digest, versionId }) =>
      this.#set(digest, new Set([...this.#holding(digest)].filter((holder) => holder !== versionId))),
  };
  readonly keptRemovals: KeptRecords<{ digest: string }> = {
    all: () => [...this.#removals].map((digest) => ({ digest })),
    put: ({ digest }) => this.#removals.add(digest),
    remove: ({ digest }) => this.#removals.delete(digest),
  };

  readonly appliers: MemoryAppliers<ContentHeld | ContentReleased> = {
    'content.hold': ({ digest, versionId }) => {
      if (this.#removals.has(digest)) {
        throw new RegistryError('unavailable', `The content ${digest} is just being removed; try again.`);
      }
      return this.#set(digest, new Set([...this.#holding(digest), versionId]));
    },
    'content.release': ({ digest, versionId }) =>
      this.#set(digest, new Set([...this.#holding(digest)].filter((holder) => holder !== versionId))),
  };

  #holding(digest: string): ReadonlySet<string> {
    return this.#holders.get(digest) ?? new Set();
  }

  #set(digest: string, holders: ReadonlySet<string>): () => void {
    const before = this.#holding(digest);
    this.#holders.set(digest, holders);
    return () => this.#holders.set(digest, before);
  }

  async isHeld(digest: string): Promise<boolean> {
    return this.#holding(digest).size > 0;
  }

  async claimRemoval(digest: string): Promise<boolean> {
    if (this.#holding(digest).size > 0) return false;
    this.#removals.add(digest);
    return true;
  }

  async forgetRemoval(digest: string): Promise<void> {
    this.#removals.delete(digest);
  }
}
