import type { Page, PageRequest } from '../../core/paging.ts';
import type { ContentVerdict, VerdictAppended, VerdictStore } from '../../core/pipeline/index.ts';
import { mapRecords } from './kept-records.ts';
import type { MemoryAppliers } from './memory-engine.ts';
import { memoryPage } from './paging.ts';
import { put } from './revisions.ts';

export class MemoryVerdictStore implements VerdictStore {
  readonly #verdicts = new Map<string, ContentVerdict>();
  readonly kept = mapRecords(this.#verdicts, ({ id }) => id);

  readonly appliers: MemoryAppliers<VerdictAppended> = {
    'verdict.append': ({ verdict }) => put(this.#verdicts, verdict),
  };

  async list(digest: string, page: PageRequest): Promise<Page<ContentVerdict>> {
    return memoryPage(this.#of(digest), ({ id }) => [id], page, 'descending');
  }

  async find(digest: string, ruleSet: string): Promise<ContentVerdict | null> {
    return newest(this.#of(digest).filter((verdict) => verdict.ruleSet === ruleSet));
  }

  async lastCompleted(digest: string): Promise<ContentVerdict | null> {
    return newest(this.#of(digest).filter(({ verdict }) => verdict !== 'inconclusive'));
  }

  #of(digest: string): ContentVerdict[] {
    return [...this.#verdicts.values()].filter((verdict) => verdict.digest === digest);
  }
}

function newest(verdicts: readonly ContentVerdict[]): ContentVerdict | null {
  return verdicts.reduce<ContentVerdict | null>(
    (last, next) => (last === null || next.id > last.id ? next : last),
    null,
  );
}
