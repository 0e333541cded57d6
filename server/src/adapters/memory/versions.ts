import { RegistryError } from '../../core/errors.ts';
import {
  isPreRelease,
  type LabelRange,
  orderKey,
  type QuarantineStatistics,
  type Version,
  type VersionChanged,
  type VersionInserted,
  type VersionState,
  type VersionStore,
} from '../../core/packages/index.ts';
import type { Page, PageRequest } from '../../core/paging.ts';
import type { KeptRecords } from './kept-records.ts';
import type { MemoryAppliers } from './memory-engine.ts';
import { memoryPage } from './paging.ts';
import { put, putRevised } from './revisions.ts';

export class MemoryVersionStore implements VersionStore {
  readonly #versions = new Map<string, Version>();
  readonly kept: KeptRecords<Version> = {
    all: () => this.#versions.values(),
    put: (version) => {
      const labelled = this.#labelled(version.packageId, version.label);
      if (version.state !== 'rejected' && labelled !== undefined) this.#versions.delete(labelled.id);
      this.#versions.set(version.id, version);
    },
    remove: ({ id }) => this.#versions.delete(id),
  };

  readonly appliers: MemoryAppliers<VersionInserted | VersionChanged> = {
    'version.insert': ({ version }) => {
      if (this.#labelled(version.packageId, version.label) !== undefined) {
        throw new RegistryError('version-exists', `The package has a version ${version.label} already.`);
      }
      return put(this.#versions, version);
    },
    'version.change': ({ version }) => putRevised(this.#versions, version, `The version ${version.label}`),
  };

  #labelled(packageId: string, label: string): Version | undefined {
    return [...this.#versions.values()].find(
      (version) => version.packageId === packageId && version.label === label && version.state !== 'rejected',
    );
  }

  async find(id: string): Promise<Version | null> {
    return this.#versions.get(id) ?? null;
  }

  async findByLabel(packageId: string, label: string): Promise<Version | null> {
    return this.#labelled(packageId, label) ?? null;
  }

  async list(
    packageId: string,
    filter: { states: readonly VersionState[]; labels?: LabelRange | undefined },
    page: PageRequest,
  ): Promise<Page<Version>> {
    const matching = [...this.#versions.values()].filter(
      (version) =>
        version.packageId === packageId &&
        filter.states.includes(version.state) &&
        (filter.labels === undefined || liesIn(version.label, filter.labels)),
    );
    return memoryPage(matching, (version) => [orderKey(version.label), version.id], page, 'descending');
  }

  async listByState(state: VersionState, page: PageRequest): Promise<Page<Version>> {
    const matching = [...this.#versions.values()].filter((version) => version.state === state);
    return memoryPage(matching, (version) => [version.id], page);
  }

  async quarantineStatistics(): Promise<QuarantineStatistics> {
    const waiting = [...this.#versions.values()].filter(({ state }) => state === 'quarantined');
    const since = waiting.flatMap(({ review }) => (review === null ? [] : [review.since.getTime()]));
    return { waiting: waiting.length, oldestSince: since.length === 0 ? null : new Date(Math.min(...since)) };
  }

  async listByDigest(digest: string, page: PageRequest): Promise<Page<Version>> {
    const matching = [...this.#versions.values()].filter((version) => version.digest === digest);
    return memoryPage(matching, (version) => [version.id], page);
  }
}

export function liesIn(label: string, range: LabelRange): boolean {
  const key = orderKey(label);
  return key >= range.from && key <= range.to && (range.preReleases || !isPreRelease(label));
}
