// Hallmarks, in the table `contents`:
//
//   hallmarks#<version id>  <id>  one hallmark: those of one version in the order of their making
import type { Hallmark, HallmarkAppended, HallmarkStore } from '../../core/hallmarks/index.ts';
import type { Page, PageRequest } from '../../core/paging.ts';
import type { ChangePlanners } from './change-planners.ts';
import type { DynamoDatabase } from './database.ts';
import { pageById } from './pages.ts';
import type { Key } from './tables.ts';

/** Moments are milliseconds since 1970. */
export interface HallmarkRow extends Omit<Hallmark, 'issuedAt'> {
  readonly issuedAt: number;
}

const partitionOf = (versionId: string) => `hallmarks#${versionId}`;

export const hallmarkKey = ({ versionId, id }: Pick<Hallmark, 'versionId' | 'id'>): Key => ({
  table: 'contents',
  pk: partitionOf(versionId),
  sk: id,
});

export const hallmarkPlanners: ChangePlanners<HallmarkAppended> = {
  'hallmark.append': {
    plan: (items, { hallmark }) => items.put(hallmarkKey(hallmark), { ...hallmarkRowOf(hallmark) }),
  },
};

export class DynamoHallmarkStore implements HallmarkStore {
  readonly #database: DynamoDatabase;

  constructor(database: DynamoDatabase) {
    this.#database = database;
  }

  async latest(versionId: string): Promise<Hallmark | null> {
    const rows = this.#database.query<HallmarkRow>({
      table: 'contents',
      partition: partitionOf(versionId),
      descending: true,
      pageSize: 1,
    });
    for await (const row of rows) return hallmarkOf(row);
    return null;
  }

  list(versionId: string, page: PageRequest): Promise<Page<Hallmark>> {
    const partitions = [{ table: 'contents', partition: partitionOf(versionId) }] as const;
    return pageById(this.#database, { partitions, order: 'newest first' }, page, hallmarkOf);
  }
}

export function hallmarkRowOf({ issuedAt, ...hallmark }: Hallmark): HallmarkRow {
  return { ...hallmark, issuedAt: issuedAt.getTime() };
}

export function hallmarkOf(row: HallmarkRow): Hallmark {
  const { id, versionId, digest, keyId, envelope } = row;
  return { id, versionId, digest, keyId, issuedAt: new Date(row.issuedAt), envelope };
}
