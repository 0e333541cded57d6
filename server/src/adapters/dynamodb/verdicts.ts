// Verdicts, in the table `contents`:
//
//   verdicts#<digest>  <id>  one verdict: those on one content in the order of their making
import type { Page, PageRequest } from '../../core/paging.ts';
import type { ContentVerdict, VerdictAppended, VerdictStore } from '../../core/pipeline/index.ts';
import type { ChangePlanners } from './change-planners.ts';
import type { DynamoDatabase } from './database.ts';
import { pageById } from './pages.ts';
import type { Key } from './tables.ts';

/** Moments are milliseconds since 1970. */
export interface VerdictRow extends Omit<ContentVerdict, 'decidedAt'> {
  readonly decidedAt: number;
}

/** How many are read at once where the newest is mostly the one sought. */
const soughtAtOnce = 10;

const partitionOf = (digest: string) => `verdicts#${digest}`;

export const verdictKey = ({ digest, id }: Pick<ContentVerdict, 'digest' | 'id'>): Key => ({
  table: 'contents',
  pk: partitionOf(digest),
  sk: id,
});

export const verdictPlanners: ChangePlanners<VerdictAppended> = {
  'verdict.append': {
    plan: (items, { verdict }) => items.put(verdictKey(verdict), { ...verdictRowOf(verdict) }),
  },
};

export class DynamoVerdictStore implements VerdictStore {
  readonly #database: DynamoDatabase;

  constructor(database: DynamoDatabase) {
    this.#database = database;
  }

  list(digest: string, page: PageRequest): Promise<Page<ContentVerdict>> {
    const partitions = [{ table: 'contents', partition: partitionOf(digest) }] as const;
    return pageById(this.#database, { partitions, order: 'newest first' }, page, verdictOf);
  }

  find(digest: string, ruleSet: string): Promise<ContentVerdict | null> {
    return this.#newest(digest, (row) => row.ruleSet === ruleSet);
  }

  lastCompleted(digest: string): Promise<ContentVerdict | null> {
    return this.#newest(digest, (row) => row.verdict !== 'inconclusive');
  }

  async #newest(digest: string, isSought: (row: VerdictRow) => boolean): Promise<ContentVerdict | null> {
    const rows = this.#database.query<VerdictRow>({
      table: 'contents',
      partition: partitionOf(digest),
      descending: true,
      pageSize: soughtAtOnce,
    });
    for await (const row of rows) if (isSought(row)) return verdictOf(row);
    return null;
  }
}

export function verdictRowOf({ decidedAt, ...verdict }: ContentVerdict): VerdictRow {
  return { ...verdict, decidedAt: decidedAt.getTime() };
}

export function verdictOf(row: VerdictRow): ContentVerdict {
  const { id, digest, ruleSet, verdict, checks } = row;
  return { id, digest, ruleSet, verdict, checks, decidedAt: new Date(row.decidedAt) };
}
